import Testing

@testable import Pictures

@Suite struct VectorDrawingTests {
    private let red = Colour(red: 200, green: 0, blue: 0)

    @Test func `areas lie on whole pixels`() {
        var page = VectorDrawing(width: 10, height: 8)
        page.fill(x: 2, y: 1, width: 3, height: 2, red)
        page.fill(x: 0, y: 0, width: 0, height: 9, red)
        let picture = page.picture(scale: 2)
        #expect(picture.size == PixelSize(width: 20, height: 16))
        #expect(Array(picture[x: 4, y: 2]) == [200, 0, 0] && Array(picture[x: 9, y: 5]) == [200, 0, 0])
        #expect(Array(picture[x: 3, y: 2]) == [255, 255, 255] && Array(picture[x: 10, y: 2]) == [255, 255, 255])
        #expect(page.shapes.count == 1)
    }

    @Test func `a line is as wide as it says, and its joints are painted once`() {
        var picture = Picture(width: 40, height: 40, filledWith: .white)
        picture.drawLine([[5, 20], [20, 20], [20, 35]], colour: .black, width: 4)
        let column = (0..<40).reduce(0) { $0 + 255 - Int(picture[x: 10, y: $1].first!) }
        #expect(abs(Double(column) / 255 - 4) < 0.05)
        #expect(Array(picture[x: 20, y: 20]) == [0, 0, 0] && Array(picture[x: 30, y: 20]) == [255, 255, 255])
    }

    @Test(arguments: [
        [SIMD2(-500.0, 10.0), SIMD2(900.0, 12.0)], [SIMD2(-9.0, -9.0), SIMD2(-3.0, -4.0)],
        [SIMD2(500.0, 10.0), SIMD2(900.0, 12.0)], [SIMD2(10.0, 1e7), SIMD2(10.0, 1e7 + 1)],
        [SIMD2(5.0, 5.0), SIMD2(5.0, 5.0)],
        // Parts of a line beyond each edge.
        [SIMD2(5.0, 5.0), SIMD2(10.0, 5.0), SIMD2(100.0, 5.0), SIMD2(200.0, 5.0)],
        [SIMD2(5.0, 5.0), SIMD2(5.0, 10.0), SIMD2(5.0, 100.0), SIMD2(5.0, 200.0)],
        [SIMD2(5.0, 5.0), SIMD2(-5.0, -100.0), SIMD2(-100.0, -200.0), SIMD2(-300.0, 5.0)],
        [SIMD2(5.0, -1e300), SIMD2(5.0, -1e299)],
    ])
    func `what lies outside the picture is not drawn`(points: [SIMD2<Double>]) {
        var picture = Picture(width: 30, height: 20, filledWith: .white)
        picture.drawLine(points, colour: .black, width: 2)
        let isCrossed = points[0].y > 0 && points[0].y < 20 && points[0].x < 30
        #expect(picture.pixels.contains { $0 < 255 } == isCrossed)
    }

    @Test func `dashes leave gaps`() {
        var page = VectorDrawing(width: 60, height: 10)
        page.line([[5, 5], [20, 5], [55, 5]], .black, width: 2, dash: 10)
        let picture = page.picture(scale: 1)
        let dark = (0..<60).filter { picture[x: $0, y: 5].first! < 128 }
        #expect(dark.contains(10) && !dark.contains(20) && dark.contains(30) && !dark.contains(40) && dark.contains(50))
    }

    @Test func `text stands on its baseline at either end`() {
        for (anchor, range) in [(VectorDrawing.Anchor.start, 50...60), (.middle, 44...55), (.end, 39...50)] {
            var page = VectorDrawing(width: 100, height: 30)
            page.text("HI", x: 50, y: 20, anchor: anchor)
            let picture = page.picture(scale: 1)
            let dark = (0..<100).filter { x in (0..<30).contains { picture[x: x, y: $0].first! < 128 } }
            let rows = (0..<30).filter { y in (0..<100).contains { picture[x: $0, y: y].first! < 128 } }
            #expect(dark.min()! >= range.lowerBound && dark.max()! <= range.upperBound, "\(anchor)")
            #expect(rows == Array(13...19), "\(anchor)")
        }
    }

    @Test func `text is cut in its middle`() {
        #expect(VectorDrawing.fitted("short.jpg", width: 300) == "short.jpg")
        let cut = VectorDrawing.fitted("a very long name of a photograph.jpg", width: 100)
        #expect(cut.hasPrefix("a very") && cut.hasSuffix(".jpg") && cut.contains(".."))
        #expect(VectorDrawing.width(of: cut) <= 100)
    }

    /// Names of files are strangers' words.
    @Test func `the SVG holds no markup of a text and no script`() {
        var page = VectorDrawing(width: 50, height: 20)
        page.text("<script>&\"\u{1B}\u{0}", x: 1, y: 10.5, red)
        page.line([[0, 0], [1.25, 3]], red, dash: 2)
        page.fill(x: 1, y: 2, width: 3, height: 4, red, opacity: 0.5)
        let svg = page.svg
        #expect(svg.contains("&lt;script&gt;&amp;&quot;\u{FFFD}\u{FFFD}</text>") && !svg.contains("<script"))
        #expect(svg.contains("points=\"0,0 1.25,3\"") && svg.contains("fill=\"#c80000\" fill-opacity=\"0.5\""))
        #expect(svg.hasPrefix("<svg xmlns=") && svg.hasSuffix("</svg>\n"))
    }
}
