import Foundation

extension VectorDrawing {
    /// The page as an SVG 1.1 file, without scripts, styles or fonts of its own.
    package var svg: String {
        let size = "\(Self.number(width)) \(Self.number(height))"
        let head = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.number(width))" height="\(Self.number(height))" \
            viewBox="0 0 \(size)" font-family="'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace">
            <rect width="100%" height="100%" fill="#ffffff"/>
            """
        return ([head] + shapes.map(Self.element) + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private static func element(_ shape: Shape) -> String {
        switch shape {
        case .area(let origin, let size, let colour, let opacity):
            let through = opacity < 1 ? " fill-opacity=\"\(number(opacity))\"" : ""
            return """
                <rect x="\(number(origin.x))" y="\(number(origin.y))" width="\(number(size.x))" height="\(number(size.y))" \
                fill="\(hexadecimal(colour))"\(through)/>
                """
        case .line(let points, let colour, let width, let dash):
            let places = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
            let dashes = dash.map { " stroke-dasharray=\"\(number($0))\"" } ?? ""
            return """
                <polyline points="\(places)" fill="none" stroke="\(hexadecimal(colour))" \
                stroke-width="\(number(width))" stroke-linejoin="round"\(dashes)/>
                """
        case .text(let text, let place, let anchor, let dot, let colour):
            // The letters of fixed pitch are 0.6 of their size wide.
            let size = dot * Double(BitmapFont.advance) / 0.6
            let anchored = anchor == .start ? "" : " text-anchor=\"\(anchor == .middle ? "middle" : "end")\""
            return """
                <text x="\(number(place.x))" y="\(number(place.y))" font-size="\(number(size))" \
                fill="\(hexadecimal(colour))"\(anchored) xml:space="preserve">\(escaped(text))</text>
                """
        }
    }

    private static func number(_ value: Double) -> String {
        let text = String(format: "%.2f", value)
        guard text.contains(".") else { return text }
        return String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
    }

    private static func hexadecimal(_ colour: Colour) -> String {
        String(format: "#%02x%02x%02x", colour.red, colour.green, colour.blue)
    }

    /// XML 1.0 has no place for most controls, not even escaped.
    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case _
            where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                || [0xFFFE, 0xFFFF].contains(scalar.value & 0xFFFF):
                escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }
}
