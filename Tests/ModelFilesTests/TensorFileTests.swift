import Foundation
import Testing

@testable import ModelFiles

/// Files that Python wrote (`Golden/make_tiny_files.py`), read back value by value.
@Suite struct TensorFileTests {
    struct Expected: Decodable {
        struct Entry: Decodable {
            let shape: [Int]
            let values: [Number]
        }

        /// A number, or "inf".
        struct Number: Decodable {
            let value: Float

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                value = try (try? container.decode(Float.self)) ?? Float(container.decode(String.self)) ?? .nan
            }
        }

        let torch: [String: Entry]
        let numpy: [String: Entry]
    }

    private func check(_ tensors: [String: StoredTensor], _ expected: [String: Expected.Entry]) {
        #expect(tensors.keys.sorted() == expected.keys.sorted())
        for (name, entry) in expected {
            #expect(tensors[name]?.dims == entry.shape, "\(name)")
            #expect(tensors[name]?.floats() == entry.values.map(\.value), "\(name)")
        }
    }

    @Test(arguments: ["tiny-legacy.pth", "tiny-zip.pth"])
    func torchFilesHoldWhatTorchSaved(name: String) throws {
        let file = try FileBytes.mapped("\(goldenFolder)/\(name)")
        try check(TorchFile.tensors(in: file), golden("tiny.json", as: Expected.self).torch)
    }

    @Test(arguments: 2...5)
    func picklesOfEveryProtocolHoldTheirArrays(version: Int) throws {
        let file = try FileBytes.mapped("\(goldenFolder)/tiny-protocol\(version).pkl")
        try check(PickleFile.tensors(in: file), golden("tiny.json", as: Expected.self).numpy)
    }

    @Test func aMappedFileAndItsCopyAreTheSame() throws {
        let path = "\(goldenFolder)/tiny-zip.pth"
        let mapped = try FileBytes.mapped(path)
        let copied = try FileBytes.copied(path, limit: 1 << 20)
        #expect(mapped.withUnsafeBytes { Array($0) } == copied.withUnsafeBytes { Array($0) })
        #expect(throws: ModelFileError.self) { try FileBytes.copied(path, limit: 100) }
    }

    @Test func onlyRegularFilesAreOpened() throws {
        #expect(throws: ModelFileError.self) { try FileBytes.mapped(goldenFolder) }
        #expect(throws: ModelFileError.self) { try FileBytes.mapped("/dev/null") }
        #expect(throws: ModelFileError.self) { try FileBytes.mapped("\(goldenFolder)/no-such-file") }
    }

    /// The examples of FIPS 180-4: the empty message and "abc".
    @Test func hashesAreThoseOfTheStandard() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/file"
            try Data().write(to: URL(filePath: path))
            #expect(
                try FileHash.sha256(of: path) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
            try Data("abc".utf8).write(to: URL(filePath: path))
            #expect(
                try FileHash.sha256(of: path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        }
    }

    @Test func halfPrecisionIsExact() {
        #expect(ElementType.float(half: 0x3c00) == 1)
        #expect(ElementType.float(half: 0xc000) == -2)
        #expect(ElementType.float(half: 0x7bff) == 65504)
        #expect(ElementType.float(half: 0x0001) == 0x1p-24)
        #expect(ElementType.float(half: 0x8000).sign == .minus)
        #expect(ElementType.float(half: 0x7c00) == .infinity)
        #expect(ElementType.float(half: 0x7e00).isNaN)
    }
}
