import Testing

@testable import Parsing

@Suite struct PictureHeaderTests {
    private func png(_ width: UInt32, _ height: UInt32, depth: UInt8 = 8, colour: UInt8 = 2) -> [UInt8] {
        var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
        for number in [width, height] { bytes += withUnsafeBytes(of: number.bigEndian, Array.init) }
        return bytes + [depth, colour, 0, 0, 0] + [0, 0, 0, 0]
    }

    private func two(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }

    /// SOI, an application segment, padding and fill bytes, and the frame header with one component.
    private func jpeg(_ width: UInt16, _ height: UInt16, frame: UInt8 = 0xC0, sampling: UInt8 = 0x11) -> [UInt8] {
        let exif: [UInt8] = [0xFF, 0xE1] + two(2 + 300) + [UInt8](repeating: 0xC0, count: 300)
        let size = two(height) + two(width)
        return [0xFF, 0xD8] + exif + [0, 0, 0xFF, 0xFF, frame] + two(11) + [8] + size + [1, 1, sampling, 0]
    }

    private func fault(_ bytes: [UInt8]) -> PictureHeader.Fault? {
        do throws(PictureHeader.Fault) {
            _ = try PictureHeader(bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test func sizesAreRead() throws {
        #expect(try PictureHeader(png(6000, 4000)).storedSize == PixelSize(width: 6000, height: 4000))
        let small = try PictureHeader(jpeg(640, 427))
        #expect(small.storedSize == PixelSize(width: 640, height: 427))
        #expect(!small.progressive && small.components == 1)
        // One bit for each of 80 × 54 blocks.
        #expect(small.leastBytes == 80 * 54 / 8)
        #expect(try PictureHeader(jpeg(640, 427, frame: 0xC2)).progressive)
    }

    @Test func claimsOfAnySizeAreReadWithoutATrap() throws {
        let most = UInt32(Int32.max)
        let header = try PictureHeader(png(most, most, depth: 16, colour: 6))
        #expect(header.storedSize.area == Int(most) * Int(most))
        #expect(header.leastBytes > 1 << 53)
        #expect(PixelSize(width: .max, height: .max).area == .max)
        #expect(try PictureHeader(jpeg(.max, .max)).storedSize.area == 65_535 * 65_535)
    }

    @Test func whateverElseIsNoHeader() {
        let whole = jpeg(640, 427)
        #expect(fault(whole) == nil)
        for count in 3..<whole.count { #expect(fault(Array(whole.prefix(count))) == .truncated, "\(count)") }
        for count in 8..<33 { #expect(fault(Array(png(1, 1).prefix(count))) == .truncated, "\(count)") }
        for count in 0..<3 { #expect(fault(Array(whole.prefix(count))) == .notAPicture, "\(count)") }
        for (width, height) in [(0, 1), (1, 0), (1 << 31, 1), (UInt32.max, UInt32.max)] as [(UInt32, UInt32)] {
            #expect(fault(png(width, height)) != nil, "\(width) × \(height)")
        }
        #expect(fault(png(1, 1, depth: 3)) != nil)
        #expect(fault(png(1, 1, colour: 5)) != nil)
        #expect(fault(jpeg(0, 1)) != nil)
        #expect(fault(jpeg(1, 0)) != nil)
        #expect(fault(jpeg(1, 1, sampling: 0x51)) != nil)
        #expect(fault([0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 0xFF]) == .corrupt(reason: "a segment has the length 1"))
        #expect(fault([0xFF, 0xD8, 0xFF, 0xD9]) == .corrupt(reason: "it has no picture"))
        #expect(fault([0xFF, 0xD8] + [UInt8](repeating: 0xFF, count: 5000)) == .truncated)
    }

    /// An arithmetic coder needs so little for an empty block that no length of the file bounds the work.
    @Test(arguments: [0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, 0xC3, 0xC5, 0xC6, 0xC7] as [UInt8])
    func kindsThatAreNotDecodedAreNamed(frame: UInt8) {
        guard case .unsupported = fault(jpeg(640, 427, frame: frame)) else {
            Issue.record("\(frame)")
            return
        }
    }

    /// Any bytes behind a signature.
    @Test func survivesMutations() {
        for original in [png(640, 427), jpeg(640, 427)] {
            for index in original.indices {
                for value in [0, 1, 0x7F, 0x80, 0xC2, 0xDA, 0xE1, 0xFF] as [UInt8] {
                    var changed = original
                    changed[index] = value
                    _ = try? PictureHeader(changed)
                    _ = try? PictureHeader(changed + changed)
                }
            }
        }
    }
}
