# Plots as SVG, with the standard library alone: rates over callers, ours against each peer, and what grows.

import html
import math

OURS = "#c2410c"
OTHERS = ["#1d4ed8", "#047857", "#7c3aed", "#0e7490", "#a16207", "#be185d", "#475569", "#4d7c0f", "#9f1239"]
INK, PALE, GRID = "#1f2937", "#6b7280", "#e5e7eb"
FONT = "font-family='system-ui, -apple-system, Segoe UI, DejaVu Sans, sans-serif'"


class Picture:
    """Shapes on white, so that it can be read on a dark page too."""

    def __init__(self, width, height, title, note=""):
        self.width, self.height = width, height
        self.parts = [f"<rect width='{width}' height='{height}' fill='white'/>"]
        self.text(16, 26, title, size=16, weight=600)
        self.text(16, 45, note, size=12, colour=PALE)

    def text(self, x, y, text, size=12, colour=INK, anchor="start", weight=400):
        self.parts.append(
            f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' fill='{colour}' text-anchor='{anchor}' "
            f"font-weight='{weight}'>{html.escape(str(text))}</text>")

    def line(self, x1, y1, x2, y2, colour=GRID, width=1.0):
        self.parts.append(
            f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' stroke='{colour}' stroke-width='{width}'/>")

    def path(self, points, colour, width):
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(
            f"<polyline points='{text}' fill='none' stroke='{colour}' stroke-width='{width}' stroke-linejoin='round'/>")
        for x, y in points:
            self.parts.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{width + 1}' fill='{colour}'/>")

    def bar(self, x, y, width, height, colour):
        self.parts.append(
            f"<rect x='{x:.1f}' y='{y:.1f}' width='{max(0, width):.1f}' height='{height}' rx='2' fill='{colour}'/>")

    def svg(self):
        return (f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {self.width} {self.height}' "
                f"width='{self.width}' height='{self.height}' {FONT}>\n" + "\n".join(self.parts) + "\n</svg>\n")


def short(value):
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            digits = f"{value / size:.1f}".rstrip("0").rstrip(".")
            return digits + letter
    return f"{value:.2f}".rstrip("0").rstrip(".") if value < 10 else f"{value:.0f}"


class Axes:
    """A frame with logarithmic axes, whole powers of ten from below to above the values."""

    def __init__(self, picture, left, top, width, height, xs, ys, base_x=2.0, whole_y=True):
        self.picture, self.left, self.top, self.width, self.height = picture, left, top, width, height
        self.x_low, self.x_high = math.log(min(xs)), math.log(max(max(xs), min(xs) * 1.01))
        low, high = math.log10(min(ys)), math.log10(max(ys))
        self.y_low = math.floor(low) if whole_y else math.floor(low * 2 - 0.3) / 2
        self.y_high = math.ceil(high) if whole_y else math.ceil(high * 2 + 0.3) / 2
        self.base_x = base_x

    def x(self, value):
        return self.left + (math.log(value) - self.x_low) / (self.x_high - self.x_low) * self.width

    def y(self, value):
        return self.top + self.height * (1 - (math.log10(value) - self.y_low) / (self.y_high - self.y_low))

    def draw(self, x_ticks, x_name, y_name):
        for power in range(math.ceil(self.y_low), math.floor(self.y_high) + 1):
            for step in (1, 2, 5):
                value = step * 10.0**power
                if math.log10(value) > self.y_high + 1e-9:
                    continue
                if step > 1 and self.y_high - self.y_low > 2.5:
                    continue
                self.picture.line(self.left, self.y(value), self.left + self.width, self.y(value))
                self.picture.text(self.left - 8, self.y(value) + 4, short(value), colour=PALE, anchor="end")
        bottom = self.top + self.height
        for value in x_ticks:
            self.picture.line(self.x(value), bottom, self.x(value), bottom + 4, PALE)
            name = f"{value:,.0f}" if value < 10_000 else short(value)
            self.picture.text(self.x(value), bottom + 18, name, colour=PALE, anchor="middle")
        self.picture.line(self.left, bottom, self.left + self.width, bottom, PALE)
        self.picture.text(self.left + self.width / 2, bottom + 36, x_name, colour=PALE, anchor="middle")
        self.picture.text(self.left - 44, self.top - 10, y_name, colour=PALE)


def spaced(places, gap, low, high):
    """Moves labels apart that would lie on each other; `places` are heights, the answer is in the same order."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    for before, index in zip([None, *order], order):
        moved[index] = max(moved[index], low if before is None else moved[before] + gap)
    over = max(moved, default=0) - high
    if over > 0:
        for after, index in zip([None, *reversed(order)], reversed(order)):
            moved[index] = min(moved[index], high if after is None else moved[after] - gap)
    return moved


def callers_plot(series, note):
    """Rates over callers; `series` are (name, points, whether it is ours)."""
    picture = Picture(900, 560, "Durable enrollments a second, one term with a seat for everyone", note)
    values = [rate for _, points, _ in series for _, rate in points]
    axes = Axes(picture, 70, 90, 560, 400, [1, 1024], values)
    axes.draw([1, 8, 64, 1024], "callers, each waiting for its answer", "accepted/s")
    last = [axes.y(points[-1][1]) for _, points, _ in series]
    colours = iter(OTHERS * 2)
    for (name, points, ours), height in zip(series, spaced(last, 17, 96, 494)):
        colour = OURS if ours else next(colours)
        places = [(axes.x(callers), axes.y(rate)) for callers, rate in points]
        picture.path(places, colour, 3.2 if ours else 1.6)
        picture.line(places[-1][0] + 5, places[-1][1], 642, height, GRID)
        picture.text(648, height + 4, f"{name}  {short(points[-1][1])}", colour=colour, weight=700 if ours else 400)
    return picture.svg()


def ratios_plot(bars, note):
    """How many times as fast ours is; `bars` are (name, ratio, lowest, highest)."""
    title = "Ours against each peer, 64 callers: how many times as many a second"
    picture = Picture(900, 90 + 34 * len(bars), title, note)
    highest = max([ratio for _, ratio, _, _ in bars] + [1.0])
    lowest = min([low for _, _, low, _ in bars] + [1.0])
    scale = 480 / (math.log10(highest * 1.6) - math.log10(min(lowest, 0.8)))

    def x(value):
        return 300 + (math.log10(value) - math.log10(min(lowest, 0.8))) * scale

    for power in range(0, int(math.log10(highest)) + 1):
        picture.line(x(10**power), 58, x(10**power), 66 + 34 * len(bars), GRID)
        picture.text(x(10**power), 80 + 34 * len(bars), f"{10**power} ×", colour=PALE, anchor="middle")
    for index, (name, ratio, low, high) in enumerate(bars):
        top = 62 + 34 * index
        picture.text(288, top + 17, name, anchor="end")
        start, end = sorted((x(1), x(ratio)))
        picture.bar(start, top, end - start, 24, OURS if ratio >= 1 else "#9ca3af")
        picture.line(x(max(low, 0.01)), top + 12, x(high), top + 12, INK, 1.2)
        picture.text(max(x(high), end) + 8, top + 17, f"{short(ratio)} ×", weight=600)
    return picture.svg()


def growth_plot(panels, note):
    """Curves side by side; `panels` are (title, name of the x axis, points)."""
    picture = Picture(900, 330, "What grows, and what it costs: commands a second, ours", note)
    values = [value for _, _, points in panels for _, value in points]
    for index, (title, name, points) in enumerate(panels):
        left = 70 + index * 280
        axes = Axes(picture, left, 96, 220, 170, [at for at, _ in points], values, whole_y=False)
        axes.draw([at for at, _ in points][:: max(1, len(points) // 4)], name, title)
        picture.path([(axes.x(at), axes.y(value)) for at, value in points], OURS, 2.4)
    return picture.svg()
