/// Pictures in rows on white, each with a line of text below it.
///
/// One canvas, into which each picture is copied: nothing else is held.
package struct ContactSheet: Sendable {
    /// Letters of a caption for which there is room below the narrowest picture.
    package static let captionLength = 20

    package private(set) var picture: Picture
    private let layout: Layout
    private var filled = 0

    /// - Parameters:
    ///   - count: how many pictures come, 1 or more.
    ///   - frame: the largest of them.
    package init(count: Int, frame: PixelSize) {
        layout = Layout(count: count, frame: frame)
        picture = Picture(width: layout.size.width, height: layout.size.height, filledWith: .white)
    }

    /// The size of a sheet, before any memory is taken for it.
    package static func size(count: Int, frame: PixelSize) -> PixelSize { Layout(count: count, frame: frame).size }

    /// Puts a picture, no larger than the frame, into the next place.
    package mutating func add(_ picture: Picture, caption: String) {
        let place = next(caption)
        self.picture.draw(
            picture.opaque(), x: place.x + (place.width - picture.width) / 2,
            y: place.y + place.height - picture.height)
    }

    /// Puts words in place of a picture, as large as they fit; what does not fit in the smallest letters is cut.
    package mutating func add(words: String, caption: String) {
        let place = next(caption)
        let words = BitmapFont.legible(words)
        picture.fill(place, with: Self.ground)
        let (scale, lines) = Self.lines(of: words, in: place, scale: layout.scale)
        for (index, line) in lines.enumerated() {
            picture.drawText(
                line, x: place.x + Self.margin * scale,
                y: place.y + (Self.margin + index * BitmapFont.lineHeight) * scale, colour: .black, scale: scale)
        }
    }

    private static let ground = Colour(red: 235, green: 235, blue: 235)
    /// Lines of words for which there is room in the lowest place.
    private static let wordLines = 4
    /// Dots around words, and, by two, between places.
    private static let margin = 4

    /// Writes the caption of the next place.
    ///
    /// - Returns: where its picture goes.
    private mutating func next(_ caption: String) -> PixelRect {
        precondition(filled < layout.count, "a sheet for \(layout.count) pictures is full")
        let place = layout.place(filled)
        filled += 1
        let text = BitmapFont.legible(caption)
        let scale = (1...layout.scale).last { BitmapFont.size(of: text, scale: $0).width <= place.width } ?? 1
        let line = Self.cut(text, to: place.width)
        picture.drawText(
            line, x: place.x + (place.width - BitmapFont.size(of: line, scale: scale).width) / 2,
            y: place.y + place.height, colour: .black, scale: scale)
        return place
    }

    /// As much of a text as fits in the smallest letters.
    private static func cut(_ text: String, to width: Int) -> String {
        guard BitmapFont.size(of: text).width > width else { return text }
        return text.prefix(max(0, (width + 1) / BitmapFont.advance - 1)) + "…"
    }

    private static func lines(of words: String, in place: PixelRect, scale: Int) -> (scale: Int, lines: [String]) {
        var fitting: (scale: Int, lines: [String]) = (1, [])
        for scale in (1...scale).reversed() {
            let length = max(1, (place.width / scale - 2 * margin + 1) / BitmapFont.advance)
            let most = (place.height / scale - 2 * margin) / BitmapFont.lineHeight
            let lines = broken(words, at: length)
            if lines.count <= most { return (scale, lines) }
            fitting = (scale, lines.prefix(max(most, 0)).map { $0 })
            if let last = fitting.lines.last { fitting.lines[most - 1] = last.prefix(length - 1) + "…" }
        }
        return fitting
    }

    /// Lines of at most `length` letters, broken at spaces, and within a word that is longer.
    private static func broken(_ words: String, at length: Int) -> [String] {
        var lines = [""]
        for word in words.split(whereSeparator: \.isWhitespace) {
            var rest = word
            let line = lines[lines.count - 1]
            if !line.isEmpty, line.count + 1 + rest.count <= length {
                lines[lines.count - 1] += " " + rest
                continue
            }
            if !line.isEmpty { lines.append("") }
            while rest.count > length {
                lines[lines.count - 1] = String(rest.prefix(length))
                lines.append("")
                rest = rest.dropFirst(length)
            }
            lines[lines.count - 1] = String(rest)
        }
        return lines
    }

    /// Where everything goes: rows and columns that make the sheet about as wide as a screen.
    private struct Layout: Sendable {
        let count: Int
        /// Of a place's picture.
        let frame: PixelSize
        /// Pixels a dot of the captions.
        let scale: Int
        let columns: Int

        /// Long side of a frame for each pixel of a dot.
        private static let framePixelsPerDot = 128
        private static let aspect = 4.0 / 3.0

        init(count: Int, frame: PixelSize) {
            precondition(count > 0, "a sheet for \(count) pictures")
            let scale = max(1, frame.longSide / Self.framePixelsPerDot)
            let narrowest = ContactSheet.captionLength * BitmapFont.advance * scale
            self.count = count
            self.scale = scale
            let lowest = (2 * ContactSheet.margin + ContactSheet.wordLines * BitmapFont.lineHeight) * scale
            self.frame = PixelSize(width: max(frame.width, narrowest), height: max(frame.height, lowest))
            let gap = Self.gap(scale)
            let across = Double(self.frame.width + gap)
            let down = Double(self.frame.height + BitmapFont.lineHeight * scale + gap)
            columns = min(max(1, Int((Double(count) * down / across * Self.aspect).squareRoot().rounded())), count)
        }

        private static func gap(_ scale: Int) -> Int { 2 * ContactSheet.margin * scale }

        /// From one place to the next.
        private var pitch: PixelSize {
            PixelSize(
                width: frame.width + Self.gap(scale),
                height: frame.height + BitmapFont.lineHeight * scale + Self.gap(scale))
        }

        var size: PixelSize {
            let rows = (count + columns - 1) / columns
            return PixelSize(
                width: columns * pitch.width + Self.gap(scale), height: rows * pitch.height + Self.gap(scale))
        }

        func place(_ index: Int) -> PixelRect {
            PixelRect(
                x: Self.gap(scale) + index % columns * pitch.width, y: Self.gap(scale) + index / columns * pitch.height,
                width: frame.width, height: frame.height)
        }
    }
}
