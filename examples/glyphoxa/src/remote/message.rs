//! The messages of a conversation: a head in JSON, and samples after it.

use bytes::{Buf, BufMut};
use serde::{Deserialize, Serialize};
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

/// The most bytes of a head.
const LONGEST_HEAD: usize = 64 << 10;

/// What a message says.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Head {
    /// The first message of a gateway.
    Open {
        session: String,
        npc: String,
        participants: usize,
    },
    /// An utterance; the samples are those of the speaker.
    Say { speaker: String },
    /// Its answer; the samples are those of the character.
    Answer {
        speaker: String,
        words: String,
        reply: String,
    },
    /// It has no answer.
    Failed { reason: String, is_unclear: bool },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) head: Head,
    pub(super) audio: Vec<i16>,
}

impl From<Head> for Message {
    fn from(head: Head) -> Self {
        let audio = Vec::new();
        Self { head, audio }
    }
}

/// The codec of messages: the length of the head in four bytes, the head, two bytes a sample.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Messages;

impl Codec for Messages {
    type Encode = Message;
    type Decode = Message;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Messages {
    type Item = Message;
    type Error = Status;

    fn encode(&mut self, message: Message, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        let head = serde_json::to_vec(&message.head);
        let head = head.map_err(|error| Status::internal(error.to_string()))?;
        let length = u32::try_from(head.len());
        buffer.put_u32(length.map_err(|_| Status::internal("the head is too long"))?);
        buffer.put_slice(&head);
        for sample in message.audio {
            buffer.put_i16_le(sample);
        }
        Ok(())
    }
}

impl Decoder for Messages {
    type Item = Message;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Message>, Status> {
        let invalid = |reason: &str| Status::invalid_argument(format!("not a message: {reason}"));
        if buffer.remaining() < 4 {
            return Err(invalid("it is too short"));
        }
        let length = usize::try_from(buffer.get_u32()).unwrap_or(usize::MAX);
        if length > buffer.remaining().min(LONGEST_HEAD) {
            return Err(invalid("its head is too long"));
        }
        let mut head = vec![0; length];
        buffer.copy_to_slice(&mut head);
        let head = serde_json::from_slice(&head);
        let head = head.map_err(|error| invalid(&error.to_string()))?;
        if !buffer.remaining().is_multiple_of(2) {
            return Err(invalid("a sample has two bytes"));
        }
        let samples = 0..buffer.remaining() / 2;
        let audio = samples.map(|_| buffer.get_i16_le()).collect();
        Ok(Some(Message { head, audio }))
    }
}
