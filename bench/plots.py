"""Horizontal bar charts as SVG, drawn by hand: no library, no network, readable on any ground."""

import math
from html import escape

from results import short

WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 860, 330, 90, 15, 10, 46
COLOURS = {"troupe": "#1f6feb", "node": "#3fa34d", "epoll": "#6e7781", "uwebsockets": "#a371f7",
           "bun": "#d29922", "socketioxide": "#cf4b1e", "python": "#0f7b8a"}


def colour_of(server):
    return COLOURS.get(server.split(":", 1)[0], "#8b949e")


def bars(title, unit, groups, is_logarithmic=False):
    """`groups`: (label, [(server, label of it, value)]). Longer is more of `unit`."""
    values = [value for _, rows in groups for _, _, value in rows if value > 0]
    if not values:
        return None
    most, least = max(values), min(values)
    floor = 10 ** math.floor(math.log10(least) - 0.01) if is_logarithmic else 0
    room = WIDTH - LEFT - RIGHT

    def length(value):
        if not is_logarithmic:
            return room * value / most
        return room * math.log(max(value, floor) / floor) / math.log(most / floor)

    parts, y = [], TOP
    for label, rows in groups:
        middle = y + len(rows) * BAR / 2 + 4
        parts.append(f'<text x="8" y="{middle:.0f}" class="group">{escape(label)}</text>')
        for server, name, value in rows:
            end = LEFT + length(value)
            parts.append(
                f'<text x="{LEFT - 6}" y="{y + BAR - 4}" text-anchor="end">{escape(name)}</text>'
                f'<rect x="{LEFT}" y="{y + 1}" width="{max(end - LEFT, 1):.1f}" '
                f'height="{BAR - 3}" fill="{colour_of(server)}"/>'
                f'<text x="{end + 5:.1f}" y="{y + BAR - 4}">{short(value)}</text>')
            y += BAR
        y += GAP
    scale = ", logarithmic" if is_logarithmic else ""
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" '
            f'height="{y}" font-family="sans-serif" font-size="11">\n'
            '<style>text{fill:#1f2328}.group,.title{font-weight:bold}</style>\n'
            f'<rect width="{WIDTH}" height="{y}" fill="#ffffff"/>\n'
            f'<text x="8" y="18" class="title" font-size="14">{escape(title)}</text>\n'
            f'<text x="8" y="34">{escape(unit + scale)}</text>\n'
            + "\n".join(parts) + "\n</svg>\n")
