import Testing

@testable import Pictures

@Suite struct OrientationTests {
    /// Exif says where the stored row 0 and column 0 lie in the picture as seen: this table is that of the standard.
    private static let edges: [Orientation: (row0: String, column0: String)] = [
        .upright: ("top", "left"), .mirrored: ("top", "right"), .upsideDown: ("bottom", "right"),
        .upsideDownMirrored: ("bottom", "left"), .transposed: ("left", "top"), .needsClockwiseTurn: ("right", "top"),
        .antitransposed: ("right", "bottom"), .needsAnticlockwiseTurn: ("left", "bottom"),
    ]

    @Test(arguments: Orientation.allCases, [(5, 3), (1, 4), (40, 70), (33, 32)])
    func `each stored row and column lands on the edge that the standard names`(
        orientation: Orientation, size: (Int, Int)
    ) throws {
        let stored = noise(size.0, size.1, orientation.rawValue % 2 == 0 ? .rgb : .rgba, seed: 7)
        let seen = stored.upright(from: orientation)
        let (row0, column0) = try #require(Self.edges[orientation])
        #expect(seen.size == orientation.applied(to: stored.size))
        for row in 0..<stored.height {
            for column in 0..<stored.width {
                var x = 0
                var y = 0
                for (edge, distance) in [(row0, row), (column0, column)] {
                    switch edge {
                    case "top": y = distance
                    case "bottom": y = seen.height - 1 - distance
                    case "left": x = distance
                    default: x = seen.width - 1 - distance
                    }
                }
                guard seen[x: x, y: y].elementsEqual(stored[x: column, y: row]) else {
                    Issue.record("stored (\(column), \(row)) is not at (\(x), \(y))")
                    return
                }
            }
        }
    }

    @Test func `turning back gives the stored picture`() {
        let picture = noise(9, 5, seed: 11)
        for orientation in Orientation.allCases {
            let back: Orientation =
                switch orientation {
                case .needsClockwiseTurn: .needsAnticlockwiseTurn
                case .needsAnticlockwiseTurn: .needsClockwiseTurn
                default: orientation
                }
            #expect(picture.upright(from: orientation).upright(from: back) == picture)
        }
    }

    @Test func `all eight values in a JPEG are applied`() throws {
        let fixture = try Fixtures.file("jpeg-orientation-6")
        let stored = try fixture.decode().upright(from: .needsAnticlockwiseTurn)
        // Big-endian entry: tag 274, type 3, count 1, value.
        let entry: [UInt8] = [1, 18, 0, 3, 0, 0, 0, 1, 0]
        let at = try #require(fixture.bytes.indices.first { fixture.bytes[$0...].starts(with: entry) }) + entry.count
        for orientation in Orientation.allCases {
            var bytes = fixture.bytes
            bytes[at] = UInt8(orientation.rawValue)
            let picture = try PictureFile(name: "\(orientation)", bytes: bytes).decode()
            #expect(picture.pixels == stored.upright(from: orientation).pixels)
        }
    }

    @Test(arguments: [0, 9, 255])
    func `an unknown value counts as none`(value: UInt8) {
        #expect(Exif(exif(value: value)).orientation == nil)
        #expect(Exif(exif(value: 3)).orientation == .upsideDown)
    }

    @Test func `damaged Exif never crashes and counts as none or as what it says`() {
        let whole = exif(value: 6)
        for count in 0..<whole.count { _ = Exif(Array(whole.prefix(count))) }
        var numbers = SeededNumbers(seed: 5)
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &numbers)] = .random(in: 0...255, using: &numbers)
            }
            _ = Exif(bytes)
        }
        // A directory beyond the end, and one that promises more entries than there are bytes.
        #expect(Exif([0x49, 0x49, 42, 0, 255, 255, 255, 255]).orientation == nil)
        #expect(Exif([0x49, 0x49, 42, 0, 8, 0, 0, 0, 255, 255, 1, 2]).orientation == nil)
    }

    private func exif(value: UInt8) -> [UInt8] {
        [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 18, 1, 3, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0]
    }
}
