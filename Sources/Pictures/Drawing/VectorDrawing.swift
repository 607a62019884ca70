/// Areas, lines and text on a white page, in units of the page from its upper left corner: one layout that becomes an SVG file or
/// pixels, and looks alike as both.
package struct VectorDrawing: Sendable, Equatable {
    package typealias Point = SIMD2<Double>

    package enum Anchor: Sendable, Equatable {
        case start, middle, end
    }

    package enum Shape: Sendable, Equatable {
        /// A filled rectangle.
        case area(origin: Point, size: Point, colour: Colour, opacity: Double)
        /// Lines from point to point; with dashes, as long as the gaps between them.
        case line(points: [Point], colour: Colour, width: Double, dash: Double?)
        /// One line of text on its baseline. A letter is 5 dots wide and its capitals are 7 high; the next follows after 6.
        case text(String, at: Point, anchor: Anchor, dot: Double, colour: Colour)
    }

    package let width: Double
    package let height: Double
    /// What comes later covers what came before.
    package private(set) var shapes: [Shape] = []

    package init(width: Double, height: Double) {
        precondition(width >= 1 && height >= 1, "a page of \(width) × \(height)")
        self.width = width
        self.height = height
    }

    package mutating func fill(
        x: Double, y: Double, width: Double, height: Double, _ colour: Colour, opacity: Double = 1
    ) {
        guard width > 0, height > 0 else { return }
        shapes.append(.area(origin: [x, y], size: [width, height], colour: colour, opacity: opacity))
    }

    package mutating func line(_ points: [Point], _ colour: Colour, width: Double = 1, dash: Double? = nil) {
        guard points.count >= 2 else { return }
        shapes.append(.line(points: points, colour: colour, width: width, dash: dash))
    }

    package mutating func text(
        _ text: String, x: Double, y: Double, anchor: Anchor = .start, dot: Double = 1, _ colour: Colour = .black
    ) {
        guard !text.isEmpty else { return }
        shapes.append(.text(text, at: [x, y], anchor: anchor, dot: dot, colour: colour))
    }

    /// Units that a line of text is wide.
    package static func width(of text: String, dot: Double = 1) -> Double {
        Double(max(0, text.count * BitmapFont.advance - 1)) * dot
    }

    /// As much of a text's beginning and end as is no wider than so many units.
    package static func fitted(_ text: String, width: Double, dot: Double = 1) -> String {
        let room = max(Int((width / dot + 1) / Double(BitmapFont.advance)), 5)
        guard text.count > room else { return text }
        let end = (room - 2) / 2
        return text.prefix(room - 2 - end) + ".." + text.suffix(end)
    }
}
