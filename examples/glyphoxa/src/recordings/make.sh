#!/bin/sh
# Makes the session recordings and their transcripts from the lines at the bottom.
# Needs espeak-ng and sox; the results are committed, so other machines need neither.
#
# Each recording is 16 kHz mono 16-bit: utterances with 0.9 s between them, over room
# noise. Each transcript line is `start <tab> end <tab> speaker <tab> words`, in seconds,
# where the words are written as a recognizer would write them.
set -eu
cd "$(dirname "$0")"
export SOX_OPTS=-R # the same noise every time
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

begin() { # session
    session=$1
    : >"$session.tsv"
    sox -n -r 16000 -c 1 -b 16 "$work/pause.wav" trim 0 0.9
    sox -n -r 16000 -c 1 -b 16 "$work/$session.wav" trim 0 0.7
}

say() { # speaker voice words [spoken]
    espeak-ng -v "$2" -s 175 -w "$work/raw.wav" "${4:-$3}"
    sox "$work/raw.wav" -r 16000 -c 1 -b 16 "$work/line.wav" \
        silence 1 0.01 0.5% reverse silence 1 0.01 0.5% reverse norm -6
    start=$(soxi -D "$work/$session.wav")
    length=$(soxi -D "$work/line.wav")
    awk -v s="$start" -v l="$length" -v who="$1" -v words="$3" \
        'BEGIN { printf "%.3f\t%.3f\t%s\t%s\n", s, s + l, who, words }' >>"$session.tsv"
    sox "$work/$session.wav" "$work/line.wav" "$work/pause.wav" "$work/longer.wav"
    mv "$work/longer.wav" "$work/$session.wav"
}

finish() { # the room noise lies at about -60 dB
    sox -n -r 16000 -c 1 -b 16 "$work/room.wav" \
        synth "$(soxi -D "$work/$session.wav")" pinknoise vol 0.006
    sox -m -v 1 "$work/$session.wav" -v 1 "$work/room.wav" "$session.wav"
    soxi -D "$session.wav"
}

begin tavern
say mira en-gb+f3 "Good evening, barkeep. What is on tap tonight?"
say tobin en-us+m3 "A round of dark ale for the table, please."
say mira en-gb+f3 "I bet on the dice. Roll 2d6+1." "I bet on the dice. Roll two dee six plus one."
finish

begin gate
say tobin en-us+m3 "Good morning, guard. Please open the gate."
say tobin en-us+m3 "I try to slip past him. Roll d20." "I try to slip past him. Roll dee twenty."
say tobin en-us+m3 "Then I cast misty step."
finish

begin study
say ansel en-gb-scotland+m5 "Wise one, what does the fireball spell do?"
say mira en-gb+f3 "And what about the endless soup spell?"
say ansel en-gb-scotland+m5 "Roll 8d6 for the damage." "Roll eight dee six for the damage."
say mira en-gb+f3 "Thank you, and farewell."
finish
