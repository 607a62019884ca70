import Foundation
import Testing

@testable import ModelFiles

/// PyTorch files whose pickles, storages or archives lie.
@Suite struct HostileTorchTests {
    private func read(_ bytes: [UInt8]) -> FormatFault? {
        fault { _ = try TorchFile.tensors(in: FileBytes(bytes, name: "hostile.pth")) }
    }

    /// Replaces the one occurrence of `old`.
    private func replacing(_ old: [UInt8], by new: [UInt8], in bytes: [UInt8], last: Bool = false) throws -> [UInt8] {
        let places = bytes.indices.filter { bytes[$0...].starts(with: old) }
        let place = try #require(last ? places.last : places.first)
        return Array(bytes[..<place]) + new + Array(bytes[(place + old.count)...])
    }

    private func text(_ text: String) -> [UInt8] {
        [UInt8(ascii: "X")] + withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { Array($0) } + Array(text.utf8)
    }

    @Test(arguments: ["tiny-legacy.pth", "tiny-zip.pth"])
    func damagedFilesNeverCrash(name: String) throws {
        let bytes = try goldenBytes(name)
        forEachDamage(of: bytes, flips: 20_000, seed: 3) { damaged in
            for tensor in try TorchFile.tensors(in: FileBytes(damaged, name: name)).values { _ = tensor.floats() }
        }
    }

    @Test func anotherMagicNumberIsRefused() throws {
        var bytes = try goldenBytes("tiny-legacy.pth")
        bytes[5] ^= 1
        guard case .wrongMagic? = read(bytes) else {
            Issue.record("\(String(describing: read(bytes)))")
            return
        }
        guard case .wrongMagic? = read([0x80, 2, UInt8(ascii: "N"), UInt8(ascii: ".")]) else {
            Issue.record("no number at all")
            return
        }
    }

    @Test(arguments: ["tiny-legacy.pth", "tiny-zip.pth"])
    func globalsOutsideTheListAreRefused(name: String) throws {
        let bytes = try replacing(
            Array("ctorch\nFloatStorage\n".utf8), by: Array("cos\nsystemXXXXXXXXX\n".utf8), in: goldenBytes(name))
        #expect(read(bytes) == .forbiddenGlobal("os.systemXXXXXXXXX"))
    }

    /// What `torch.save(model)` and `torch.jit.save` write is not damaged, and nothing of it is run.
    @Test(arguments: ["tiny-whole.pth", "tiny-script.pth"]) func wholeModelsAreNamed(name: String) throws {
        let file = try FileBytes.mapped("\(goldenFolder)/\(name)")
        let error = #expect(throws: ModelFileError.self) { try TorchFile.tensors(in: file) }
        #expect(error?.isOfSupport == true)
        #expect("\(error!)".contains("save model.state_dict() in its place"))
    }

    /// Every tensor lies inside its storage, whatever offset and strides say.
    @Test func viewsOutsideTheirStorageAreRefused() throws {
        let bytes = try goldenBytes("tiny-legacy.pth")
        // "row" is the third row of a 4×3 matrix: offset 6, shape (3), strides (1).
        let row: [UInt8] = [UInt8(ascii: "K"), 6, UInt8(ascii: "K"), 3, 0x85]
        let moved = try replacing(row, by: [UInt8(ascii: "K"), 10, UInt8(ascii: "K"), 3, 0x85], in: bytes)
        guard case .sizeMismatch? = read(moved) else {
            Issue.record("\(String(describing: read(moved)))")
            return
        }
        let far = try replacing(row, by: [UInt8(ascii: "K"), 200, UInt8(ascii: "K"), 3, 0x85], in: bytes)
        guard case .outside? = read(far) else {
            Issue.record("\(String(describing: read(far)))")
            return
        }
        let longer = try replacing(row, by: [UInt8(ascii: "K"), 6, UInt8(ascii: "K"), 250, 0x85], in: bytes)
        guard case .sizeMismatch? = read(longer) else {
            Issue.record("\(String(describing: read(longer)))")
            return
        }
    }

    @Test func stridesCannotMultiplyAStorage() throws {
        let file = FileBytes([UInt8](repeating: 0, count: 4), name: "one element")
        func make(_ dims: [Int], _ strides: [Int]) -> (any Error)? {
            do {
                _ = try StoredTensor(
                    elementType: .float32, dims: dims, strides: strides, bytes: ByteSlice(file), name: "view")
                return nil
            } catch { return error }
        }
        #expect(make([1, 1], [5, 7]) == nil)
        #expect(make([1_000_000], [0]) is FormatFault)
        #expect(make([2], [.max]) is FormatFault)
        #expect(make([1], [-1]) is FormatFault)
        #expect(make([0, 1 << 20], [1, 1]) == nil)
        #expect(make([0, .max, .max], [1, 1, 1]) is FormatFault)
        #expect(make([.max, .max, 0], [1, 1, 1]) is FormatFault)
    }

    @Test func storagesOfAnotherSizeAreRefused() throws {
        var bytes = try goldenBytes("tiny-legacy.pth")
        bytes.removeLast()
        guard case .truncated? = read(bytes) else {
            Issue.record("shorter")
            return
        }
        bytes = try goldenBytes("tiny-legacy.pth") + [0]
        guard case .gap? = read(bytes) else {
            Issue.record("longer")
            return
        }
    }

    @Test func archivesWithoutTheirPartsAreRefused() throws {
        let bytes = try goldenBytes("tiny-zip.pth")
        let renamed = try replacing(Array("data.pkl".utf8), by: Array("data.pkx".utf8), in: bytes, last: true)
        #expect(read(renamed) == .missingEntry("data.pkl"))
        #expect(read(Array(bytes.dropLast(22))) == .missingEntry("end of a zip archive"))
        let big = try replacing(Array("little".utf8), by: Array("big   ".utf8), in: bytes)
        #expect(read(big) == .unsupportedFeature("a byte order other than little-endian"))
    }

    @Test func archivesCannotPromiseMoreThanTheyHold() throws {
        let bytes = try goldenBytes("tiny-zip.pth")
        let end = bytes.count - 22
        var many = bytes
        (many[end + 10], many[end + 11]) = (0xfe, 0xff)
        guard case .tooLarge? = read(many) else {
            Issue.record("entries")
            return
        }
        var outside = bytes
        for index in 16..<20 { outside[end + index] = 0x7f }
        guard case .outside? = read(outside) else {
            Issue.record("offset")
            return
        }
        // The directory says that the first entry is compressed.
        let directory = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x50, 0x4b, 0x01, 0x02]) })
        var compressed = bytes
        compressed[directory + 10] = 8
        guard case .unsupportedFeature? = read(compressed) else {
            Issue.record("compression")
            return
        }
        // The second entry claims the place of the first.
        let next = try #require(
            bytes.indices[(directory + 4)...].first { bytes[$0...].starts(with: [0x50, 0x4b, 0x01, 0x02]) })
        var overlapping = bytes
        for index in 42..<46 { overlapping[next + index] = bytes[directory + index] }
        for index in 20..<28 { overlapping[next + index] = bytes[directory + index] }
        guard case .overlapping? = read(overlapping) else {
            Issue.record("overlap")
            return
        }
    }
}
