#!/usr/bin/env python3
"""Draws the picture of README from the `/metrics` of the voice pipeline:

    cargo run --bin glyphoxa -- --fail-rate 0.2 &
    curl -s http://127.0.0.1:8080/metrics | python3 docs/picture.py > docs/picture.svg
"""

import re
import sys
from html import escape

WIDTH, GAP, HEAD = 1000, 16, 34
COLORS = {"ok": "#73bf69", "error": "#f2495c", "line": "#5794f2"}
STAGES = [("stt", "Speech to text"), ("llm", "Language model"), ("tts", "Text to speech")]


def samples(text):
    """Returns the samples as (name, labels, value)."""
    for line in text.splitlines():
        found = re.match(r"([a-z_0-9]+)(?:\{(.*?)\})? ([0-9.e+-]+)", line)
        if found:
            labels = dict(re.findall(r'(\w+)="(.*?)"', found[2] or ""))
            yield found[1], labels, float(found[3])


def text(x, y, content, size=12, color="#ccccdc", anchor="start", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{color}" text-anchor="{anchor}" '
            f'font-weight="{weight}">{escape(content)}</text>')


def box(x, y, width, height, title):
    return (f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="3" fill="#181b1f" stroke="#2c3235"/>'
            + text(x + 12, y + 22, title, 13, weight="bold"))


def bar(x, y, width, height, color):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" fill="{color}"/>'


def duration(bound):
    seconds = float(bound)
    if seconds == float("inf"):
        return "more"
    return f"{seconds:g} s" if seconds >= 1 else f"{seconds * 1000:g} ms"


def histogram(page, metric, title, x, y, width, height):
    """Draws how many observations each bucket has."""
    cumulative = sorted((float(labels["le"]), value) for name, labels, value in page if name == metric + "_bucket")
    counts, before = [], 0
    for bound, value in cumulative:
        counts.append((bound, value - before))
        before = value
    while len(counts) > 4 and not counts[-2][1] and not counts[-1][1]:
        counts.pop()
    most = max([count for _, count in counts] + [1])
    step = (width - 24) / len(counts)
    shapes = [box(x, y, width, height, title), text(x + width - 12, y + 22, f"{before:.0f} calls", 12, "#8e8e99", "end")]
    for at, (bound, count) in enumerate(counts):
        left, tall = x + 12 + at * step, (height - HEAD - 46) * count / most
        base = y + height - 28
        shapes.append(bar(left + 2, base - tall, step - 4, tall, COLORS["line"]))
        if count:
            shapes.append(text(left + step / 2, base - tall - 4, f"{count:.0f}", 10, anchor="middle"))
        shapes.append(text(left + step / 2, base + 15, duration(bound), 9, "#8e8e99", "middle"))
    return shapes


def requests(page, x, y, width, height):
    """Draws the calls of each provider by outcome."""
    calls = {}
    for name, labels, value in page:
        if name == "glyphoxa_provider_requests_total" and value:
            by_status = calls.setdefault(f'{labels["provider"]} {labels["kind"]}', {})
            by_status[labels["status"]] = by_status.get(labels["status"], 0) + value
    most = max([sum(it.values()) for it in calls.values()] + [1])
    shapes = [box(x, y, width, height, "Provider requests, by outcome")]
    for at, (name, by_status) in enumerate(sorted(calls.items())):
        top, left = y + HEAD + 12 + at * 26, x + 130
        shapes.append(text(x + 12, top + 12, name))
        for status in ("ok", "error"):
            count = by_status.get(status, 0)
            wide = (width - 260) * count / most
            shapes.append(bar(left, top, wide, 16, COLORS[status]))
            left += wide
        total = sum(by_status.values())
        share = 100 * by_status.get("error", 0) / total
        shapes.append(text(left + 8, top + 12, f"{total:.0f}, {share:.0f} % errors", 11, "#8e8e99"))
    return shapes


def gauges(page, x, y, width, height):
    """Draws the gauges as numbers."""
    names = [("active_sessions", "Live sessions"), ("active_participants", "Participants"), ("active_npcs", "Characters")]
    shapes, each = [], (width - 2 * GAP) / 3
    for at, (name, title) in enumerate(names):
        value = sum(value for found, _, value in page if found == f"glyphoxa_{name}")
        left = x + at * (each + GAP)
        shapes.append(box(left, y, each, height, title))
        shapes.append(text(left + each / 2, y + height / 2 + 34, f"{value:.0f}", 56, COLORS["ok"], "middle"))
    return shapes


def draw(page):
    third, half = (WIDTH - 4 * GAP) / 3, (WIDTH - 3 * GAP) / 2
    shapes = []
    for at, (stage, title) in enumerate(STAGES):
        shapes += histogram(page, f"glyphoxa_{stage}_duration_seconds", f"{title}: latency", GAP + at * (third + GAP), 16, third, 200)
    shapes += requests(page, GAP, 232, half, 210)
    shapes += gauges(page, 2 * GAP + half, 232, half, 210)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} 458" font-family="Inter, Helvetica, Arial, sans-serif">\n'
            f'<rect width="{WIDTH}" height="458" fill="#111217"/>\n' + "\n".join(shapes) + "\n</svg>\n")


if __name__ == "__main__":
    print(draw(list(samples(sys.stdin.read()))), end="")
