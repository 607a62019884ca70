import Parsing
import Testing

@testable import Pictures

/// What copies do to files of which decoders make pixels all the same.
@Suite struct DamagedCopyTests {
    private func reason(_ bytes: [UInt8], _ what: String) throws -> String {
        let error = try pictureError { _ = try PictureFile(name: what, bytes: bytes).decode() }
        switch error {
        case .corrupt(_, let reason), .truncated(_, _, let reason): return reason
        default: throw error
        }
    }

    private static let picture = noise(200, 150, seed: 11)

    private static func files() throws -> [(name: String, bytes: [UInt8])] {
        let header = Array("P6 200 150 255\n".utf8)
        return [
            ("JPEG", try picture.encodeJPEG(quality: 90)),
            ("progressive JPEG", try picture.encodeJPEG(JPEGOptions(quality: 90, progressive: true))),
            ("PNG", try picture.encodePNG()), ("WebP", try picture.encodeWebP(quality: 80)),
            ("TIFF", try picture.encodeTIFF()), ("PPM", header + picture.pixels),
        ]
    }

    // MARK: Text

    private func withReturns(_ bytes: [UInt8]) -> [UInt8] { bytes.flatMap { $0 == 10 ? [13, 10] : [$0] } }

    /// Where a pair of the two stood is known of a PNG alone, which begins with one.
    @Test func `so is one the other way of a PNG`() throws {
        let whole = try Self.picture.encodePNG()
        #expect(try reason(withoutReturns(whole), "PNG").contains("text mode"))
        let small = try noise(2, 2, seed: 3).encodePNG()
        #expect(try reason(withReturns(small), "PNG").contains("text mode"))
        #expect(try reason([0x89, 0x50, 0x4E, 0x47, 0, 0, 0, 0] + whole[8...], "PNG").contains("first eight bytes"))
    }

    private func withoutReturns(_ bytes: [UInt8]) -> [UInt8] {
        bytes.indices.filter { !(bytes[$0] == 13 && $0 + 1 < bytes.count && bytes[$0 + 1] == 10) }.map { bytes[$0] }
    }

    @Test func `a copy in text mode is named`() throws {
        for (name, bytes) in try Self.files() {
            #expect(try reason(withReturns(bytes), name).contains("text mode"), "\(name)")
        }
    }

    /// Its levels are those of both bytes, one always behind the other.
    @Test func `a drawing with such levels is none`() throws {
        let levels: [UInt8] = (0..<900).flatMap { [13, 10, UInt8($0 % 2) * 200] }
        let picture = try PictureFile(name: "PPM", bytes: Array("P6 30 30 255 ".utf8) + levels).decode()
        #expect(picture.pixels == levels)
    }

    // MARK: Sectors

    private static let sector = 512

    private static func places(_ bytes: [UInt8]) -> [Int] {
        Array(stride(from: 2 * sector, to: bytes.count - 4 * sector, by: 5 * sector))
    }

    private func isDecoded(_ bytes: ArraySlice<UInt8>) -> Bool {
        (try? PictureFile(name: "damaged", bytes: Array(bytes)).decode()) != nil
    }

    private static func codedByStreams() throws -> [(name: String, bytes: [UInt8])] {
        [
            ("JPEG of a scene", try scene(400, 300).encodeJPEG(quality: 95)),
            ("JPEG of noise", try picture.encodeJPEG(quality: 80)),
            ("progressive JPEG", try picture.encodeJPEG(JPEGOptions(quality: 80, progressive: true))),
            ("WebP", try picture.encodeWebP(quality: 80)),
        ]
    }

    @Test func `a sector that stands twice or was left out is damage`() throws {
        for (name, bytes) in try Self.codedByStreams() {
            #expect(isDecoded(bytes[...]))
            for place in Self.places(bytes) {
                let behind = place + Self.sector
                #expect(!isDecoded(bytes[..<behind] + bytes[place...]), "\(name): twice from \(place) on")
                #expect(!isDecoded(bytes[..<place] + bytes[behind...]), "\(name): left out from \(place) on")
            }
        }
    }

    /// Two in each other's place may decode to what could have been: in a JPEG of one scan often, elsewhere hardly ever.
    @Test func `of sectors that were swapped most are found`() throws {
        for (name, bytes) in try Self.codedByStreams() where !name.hasPrefix("JPEG") {
            let places = Self.places(bytes)
            let found = places.filter { place in
                let ends = (1...3).map { place + $0 * Self.sector }
                let (one, other) = (bytes[place..<ends[0]], bytes[ends[1]..<ends[2]])
                return !isDecoded(bytes[..<place] + other + bytes[ends[0]..<ends[1]] + one + bytes[ends[2]...])
            }
            #expect(
                places.count >= 3 && 3 * found.count >= 2 * places.count, "\(name): \(found.count) of \(places.count)")
        }
    }
}
