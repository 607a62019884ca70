extension VectorDrawing {
    /// The page as pixels, so many a unit. Lines have soft edges; areas and letters lie on whole pixels.
    package func picture(scale: Int = 2) -> Picture {
        precondition(scale >= 1, "\(scale) pixels a unit")
        let factor = Double(scale)
        var picture = Picture(
            width: Int((width * factor).rounded(.up)), height: Int((height * factor).rounded(.up)),
            filledWith: .white)
        for shape in shapes {
            switch shape {
            case .area(let origin, let size, let colour, let opacity):
                let (from, to) = (origin * factor, (origin + size) * factor)
                let (left, top) = (Int(from.x.rounded()), Int(from.y.rounded()))
                let rect = PixelRect(
                    x: left, y: top, width: max(1, Int(to.x.rounded()) - left),
                    height: max(1, Int(to.y.rounded()) - top))
                picture.fill(rect, with: colour, opacity: Float(opacity))
            case .line(let points, let colour, let width, let dash):
                let scaled = points.map { $0 * factor }
                for part in dash.map({ Self.dashes(scaled, $0 * factor) }) ?? [scaled] {
                    picture.drawLine(part, colour: colour, width: width * factor)
                }
            case .text(let text, let place, let anchor, let dot, let colour):
                let dots = max(1, Int((dot * factor).rounded()))
                let wide = BitmapFont.size(of: text, scale: dots).width
                let left =
                    Int((place.x * factor).rounded()) - (anchor == .start ? 0 : anchor == .middle ? wide / 2 : wide)
                let baseline = (BitmapFont.accentRows + BitmapFont.bodyRows) * dots
                picture.drawText(
                    text, x: left, y: Int((place.y * factor).rounded()) - baseline, colour: colour, scale: dots)
            }
        }
        return picture
    }

    /// The parts of a line that are drawn when every other `length` is left out.
    private static func dashes(_ points: [Point], _ length: Double) -> [[Point]] {
        guard length > 0 else { return [points] }
        var parts: [[Point]] = []
        var open: [Point] = [points[0]]
        var left = length
        var isDrawn = true
        for (start, end) in zip(points, points.dropFirst()) {
            let step = end - start
            let whole = (step * step).sum().squareRoot()
            var gone = 0.0
            while whole - gone > left {
                gone += left
                let place = start + step * (gone / whole)
                if isDrawn { parts.append(open + [place]) }
                open = [place]
                isDrawn.toggle()
                left = length
            }
            left -= whole - gone
            open.append(end)
        }
        if isDrawn, open.count >= 2 { parts.append(open) }
        return parts
    }
}

extension Picture {
    /// Draws lines from point to point with round joints, `width` pixels wide, as far as they lie inside the picture. Pixels at the edge
    /// are mixed by how much of them the line covers.
    package mutating func drawLine(_ points: [SIMD2<Double>], colour: Colour, width lineWidth: Double) {
        guard points.count >= 2, let first = points.first else { return }
        let reach = lineWidth / 2 + 1
        let low = points.reduce(first) { pointwiseMin($0, $1) } - reach
        let high = points.reduce(first) { pointwiseMax($0, $1) } + reach
        let (columns, rows) = (
            Self.pixels(from: low.x, to: high.x, of: width), Self.pixels(from: low.y, to: high.y, of: height)
        )
        let (left, top, wide) = (columns.lowerBound, rows.lowerBound, columns.count)
        // The most that any part covers: joints are not painted twice.
        var cover = [Float](repeating: 0, count: wide * rows.count)
        for (start, end) in zip(points, points.dropFirst()) {
            let step = end - start
            let squared = (step * step).sum()
            let (least, most) = (pointwiseMin(start, end) - reach, pointwiseMax(start, end) + reach)
            for row in Self.pixels(from: least.y, to: most.y, of: height) {
                for column in Self.pixels(from: least.x, to: most.x, of: width) {
                    let centre = SIMD2(Double(column) + 0.5, Double(row) + 0.5)
                    let along = squared > 0 ? min(max(((centre - start) * step).sum() / squared, 0), 1) : 0
                    let away = centre - (start + step * along)
                    let share = Float(lineWidth / 2 + 0.5 - (away * away).sum().squareRoot())
                    let place = (row - top) * wide + column - left
                    cover[place] = max(cover[place], min(share, 1))
                }
            }
        }
        for row in rows {
            for column in columns where cover[(row - top) * wide + column - left] > 0 {
                fill(
                    PixelRect(x: column, y: row, width: 1, height: 1), with: colour,
                    opacity: cover[(row - top) * wide + column - left])
            }
        }
    }

    /// The whole pixels from one place to another, as far as a side reaches.
    private static func pixels(from low: Double, to high: Double, of side: Int) -> Range<Int> {
        func held(_ place: Double) -> Int { Int(min(max(place.rounded(.down), -1), Double(side))) }
        let first = max(held(low), 0)
        return first..<max(first, min(held(high) + 1, side))
    }
}
