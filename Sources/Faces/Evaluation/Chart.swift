import Foundation
import Pictures

/// A field of a page with two axes, to which values are drawn.
struct Chart {
    /// One axis: what it covers, and where it is labelled.
    struct Axis {
        let range: ClosedRange<Double>
        let isLogarithmic: Bool
        let ticks: [(value: Double, label: String)]
        let title: String

        /// Even steps.
        static func linear(_ range: ClosedRange<Double>, steps: Int, title: String, _ label: (Double) -> String) -> Axis
        {
            let ticks = (0...steps).map { step in
                let share = Double(step) / Double(steps)
                let value = range.lowerBound * (1 - share) + range.upperBound * share
                // Rounding must not make a zero negative.
                return (value, label(abs(value) < 1e-9 ? 0 : value))
            }
            return Axis(range: range, isLogarithmic: false, ticks: ticks, title: title)
        }

        /// Shares from a power of ten to 1, labelled in per cent.
        static func shares(from exponent: Int, title: String) -> Axis {
            let ticks = (exponent...0).map { power in
                let places = max(0, -power - 2)
                return (pow(10, Double(power)), String(format: "%.\(places)f %%", pow(10, Double(power + 2))))
            }
            return Axis(range: pow(10, Double(exponent))...1, isLogarithmic: true, ticks: ticks, title: title)
        }

        /// 0…1 along the axis; what is outside lies on its end.
        func place(_ value: Double) -> Double {
            let inside = min(max(value, range.lowerBound), range.upperBound)
            return isLogarithmic
                ? log(inside / range.lowerBound) / log(range.upperBound / range.lowerBound)
                : (inside - range.lowerBound) / (range.upperBound - range.lowerBound)
        }
    }

    let x: Axis
    let y: Axis
    /// The field between the axes.
    let left: Double
    let top: Double
    let width: Double
    let height: Double

    static let ink = Colour(red: 40, green: 40, blue: 40)
    static let faint = Colour(red: 222, green: 222, blue: 222)
    static let grey = Colour(red: 110, green: 110, blue: 110)

    /// Draws the frame, the axes and what they are called.
    ///
    /// - Parameters:
    ///   - left: of the whole, as `top`, `width` and `height`: the field between the axes is smaller.
    init(
        _ title: String, x: Axis, y: Axis, left: Double, top: Double, width: Double, height: Double,
        on page: inout VectorDrawing
    ) {
        self.x = x
        self.y = y
        let label = y.ticks.map { VectorDrawing.width(of: $0.label) }.max() ?? 0
        self.left = left + label + 8
        self.top = top + 44
        self.width = width - label - 8 - 16
        self.height = height - 44 - 34
        page.text(title, x: left, y: top + 12, dot: 1.5, Self.ink)
        page.text(y.title, x: left, y: top + 32, Self.grey)
        for tick in y.ticks {
            let place = point(x.range.lowerBound, tick.value).y
            page.line([[self.left, place], [self.left + self.width, place]], Self.faint)
            page.text(tick.label, x: self.left - 6, y: place + 3.5, anchor: .end, Self.grey)
        }
        for tick in x.ticks {
            let place = point(tick.value, y.range.lowerBound).x
            page.line([[place, self.top], [place, self.top + self.height]], Self.faint)
            page.text(tick.label, x: place, y: self.top + self.height + 14, anchor: .middle, Self.grey)
        }
        page.text(x.title, x: self.left + self.width / 2, y: self.top + self.height + 29, anchor: .middle, Self.grey)
        page.line(
            [
                [self.left, self.top], [self.left, self.top + self.height],
                [self.left + self.width, self.top + self.height],
            ],
            Self.grey)
    }

    func point(_ horizontal: Double, _ vertical: Double) -> VectorDrawing.Point {
        [left + width * x.place(horizontal), top + height * (1 - y.place(vertical))]
    }

    func line(
        _ values: [(Double, Double)], _ colour: Colour, width: Double = 1.5, dash: Double? = nil,
        on page: inout VectorDrawing
    ) {
        page.line(values.map { point($0.0, $0.1) }, colour, width: width, dash: dash)
    }

    /// A line across the field at a value, with its name beside it at the top.
    func mark(_ value: Double, _ name: String, atLeft: Bool, on page: inout VectorDrawing) {
        let place = point(value, y.range.lowerBound).x
        page.line([[place, top], [place, top + height]], Self.ink, width: 1, dash: 3)
        page.text(name, x: place + (atLeft ? -4 : 4), y: top + 12, anchor: atLeft ? .end : .start, Self.ink)
    }

    /// What the colours mean, below each other in a corner of the field.
    func legend(
        _ entries: [(name: String, colour: Colour, dash: Double?)], atRight: Bool, atBottom: Bool,
        on page: inout VectorDrawing
    ) {
        let widest = entries.map { VectorDrawing.width(of: $0.name) }.max() ?? 0
        let start = atRight ? left + width - widest - 34 : left + 8
        let first = atBottom ? top + height - 14 * Double(entries.count) - 2 : top + 6
        page.fill(
            x: start - 4, y: first - 4, width: widest + 38, height: 14 * Double(entries.count) + 6, .white,
            opacity: 0.85)
        for (index, entry) in entries.enumerated() {
            let row = first + 14 * Double(index) + 6
            page.line([[start, row], [start + 20, row]], entry.colour, width: 2, dash: entry.dash)
            page.text(entry.name, x: start + 26, y: row + 3.5, Self.ink)
        }
    }
}
