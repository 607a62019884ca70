import Testing

@testable import Pictures

@Suite struct ContactSheetTests {
    private let red = Colour(red: 200, green: 0, blue: 0)

    /// How many pixels of a sheet fulfil a condition.
    private func count(_ picture: Picture, where isCounted: (ArraySlice<UInt8>) -> Bool) -> Int {
        (0..<picture.height).reduce(0) { sum, y in
            sum + (0..<picture.width).count { isCounted(picture[x: $0, y: y]) }
        }
    }

    @Test(arguments: [
        (1, 256, 171), (2, 64, 64), (27, 256, 171), (27, 205, 256), (40, 1024, 683), (5, 256, 1), (5, 1, 256),
        (200, 64, 40),
    ])
    func `every picture is whole, and none covers another`(_ count: Int, _ width: Int, _ height: Int) {
        let frame = PixelSize(width: width, height: height)
        var sheet = ContactSheet(count: count, frame: frame)
        #expect(sheet.picture.size == ContactSheet.size(count: count, frame: frame))
        let picture = Picture(width: width, height: height, filledWith: red)
        for _ in 0..<count { sheet.add(picture, caption: "") }
        let painted = self.count(sheet.picture) { $0.elementsEqual([200, 0, 0]) }
        #expect(painted == count * width * height, "\(count) of \(width) × \(height)")
        #expect(
            self.count(sheet.picture) { !$0.elementsEqual([200, 0, 0]) && !$0.elementsEqual([255, 255, 255]) } == 0)
    }

    @Test func `a sheet is about as wide as a screen`() {
        for count in [12, 27, 60] {
            let size = ContactSheet.size(count: count, frame: PixelSize(width: 256, height: 171))
            let aspect = Double(size.width) / Double(size.height)
            #expect((1...1.8).contains(aspect), "\(count) pictures on \(size.width) × \(size.height)")
        }
    }

    @Test func `captions stand below their pictures in letters that fit`() {
        let frame = PixelSize(width: 256, height: 171)
        let picture = Picture(width: 256, height: 171, filledWith: red)
        func ink(_ caption: String) -> Int {
            var sheet = ContactSheet(count: 2, frame: frame)
            sheet.add(picture, caption: caption)
            #expect(count(sheet.picture) { $0.elementsEqual([200, 0, 0]) } == 256 * 171, "\(caption) covers nothing")
            return count(sheet.picture) { $0.elementsEqual([0, 0, 0]) }
        }
        // A letter of twice the size has four times the ink.
        let letters = ink("ll")
        #expect(ink(String(repeating: "l", count: 20)) == letters * 10)
        #expect(ink(String(repeating: "l", count: 40)) == letters * 5)
        // What is longer is cut, and ends in three dots.
        let cut = ink(String(repeating: "l", count: 400))
        #expect(cut > 0 && cut < letters * 6)
        #expect(ink(String(repeating: "l", count: 300)) == cut)
    }

    @Test(arguments: [(256, 171), (205, 256), (256, 3), (3, 256), (64, 64)])
    func `words stay in their place`(_ width: Int, _ height: Int) {
        let frame = PixelSize(width: width, height: height)
        var empty = ContactSheet(count: 4, frame: frame)
        empty.add(words: "", caption: "")
        let long = String(repeating: "what/is/long/and/has/no/space ", count: 60)
        for words in ["style-invalid: the recipe cannot be read.", long, "\u{2066}\u{1F9D1}\u{200D}\u{1F680}\n\tx"] {
            var sheet = ContactSheet(count: 4, frame: frame)
            sheet.add(words: words, caption: "")
            var outside = sheet.picture
            // Whatever is not the ground of the words is as it was without any.
            for y in 0..<outside.height {
                for x in 0..<outside.width where !empty.picture[x: x, y: y].elementsEqual([255, 255, 255]) {
                    outside.fill(PixelRect(x: x, y: y, width: 1, height: 1), with: .white)
                }
            }
            #expect(count(outside) { !$0.elementsEqual([255, 255, 255]) } == 0, "\(words) leaves its place")
            #expect(count(sheet.picture) { $0.elementsEqual([0, 0, 0]) } > 0, "\(words) is not written")
        }
    }

    @Test func `a transparent picture stands on white`() {
        var sheet = ContactSheet(count: 1, frame: PixelSize(width: 8, height: 8))
        sheet.add(Picture(width: 8, height: 8, channels: .rgba, pixels: [UInt8](repeating: 0, count: 256)), caption: "")
        #expect(count(sheet.picture) { !$0.elementsEqual([255, 255, 255]) } == 0)
    }
}
