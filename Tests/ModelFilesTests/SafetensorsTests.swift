import Foundation
import Testing

@testable import ModelFiles

@Suite struct SafetensorsTests {
    private func file(_ header: String, data: [UInt8] = []) -> [UInt8] {
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + data
    }

    private func read(_ bytes: [UInt8]) -> FormatFault? {
        fault { _ = try SafetensorsFile(FileBytes(bytes, name: "hostile.safetensors")) }
    }

    @Test func whatIsWrittenIsRead() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/model.safetensors"
            let items = [
                SafetensorsWriter.Item(name: "odd", dims: [3], floats: [1, 2, 3]),
                SafetensorsWriter.Item(name: "aligned", dims: [4, 4], floats: (0..<16).map { Float($0) / 7 }),
                SafetensorsWriter.Item(name: "none", dims: [0, 5], floats: []),
                SafetensorsWriter.Item(name: "scalar", dims: [], floats: [-0.5]),
            ]
            try SafetensorsWriter.write(items, metadata: ["licence": "MIT / \"quoted\" ✓"], to: path)
            let file = try SafetensorsFile(mapping: path)
            #expect(file.metadata == ["licence": "MIT / \"quoted\" ✓"])
            #expect(file.tensors.count == 4)
            #expect(file.tensors["odd"]?.floats() == [1, 2, 3])
            #expect(file.tensors["aligned"]?.floats() == (0..<16).map { Float($0) / 7 })
            #expect(file.tensors["none"]?.dims == [0, 5])
            #expect(file.tensors["scalar"]?.floats() == [-0.5])
            #expect(file.tensors["aligned"]?.bytes.range.lowerBound.isMultiple(of: SafetensorsWriter.alignment) == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["model.safetensors"])
        }
    }

    @Test func tensorsAreBorrowedFromTheMappedFile() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/model.safetensors"
            try SafetensorsWriter.write(
                [.init(name: "w", dims: [16], floats: (0..<16).map { Float($0) })], metadata: [:], to: path)
            let stored = try #require(SafetensorsFile(mapping: path).tensors["w"])
            let tensor = stored.tensor()
            stored.bytes.withUnsafeBytes { #expect(UnsafeRawPointer(tensor.pointer) == $0.baseAddress) }
            // The file may go; the mapping stays with the tensor.
            try FileManager.default.removeItem(atPath: path)
            #expect(tensor.values == (0..<16).map { Float($0) })
        }
    }

    @Test func aFailedWriteLeavesNothingBehind() throws {
        struct Stop: Error {}
        try withTemporaryFolder { folder in
            let broken = SafetensorsWriter.Item(name: "w", dims: [1]) { _ in throw Stop() }
            #expect(throws: Stop.self) { try SafetensorsWriter.write([broken], metadata: [:], to: "\(folder)/m") }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(left.isEmpty)
            #expect(throws: ModelFileError.self) {
                try SafetensorsWriter.write([], metadata: [:], to: "\(folder)/no/such/folder")
            }
        }
    }

    /// An example in the layout of the format's description, by hand.
    @Test func otherWritersFilesAreRead() throws {
        let header =
            #"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"I64","shape":[1],"data_offsets":[4,12]}}   "#
        let data: [UInt8] = [0x00, 0x3c, 0x00, 0xc0, 5, 0, 0, 0, 0, 0, 0, 0]
        let file = try SafetensorsFile(FileBytes(self.file(header, data: data), name: "by hand"))
        #expect(file.tensors["a"]?.floats() == [1, -2])
        #expect(file.tensors["b"]?.floats() == [5])
        #expect(file.tensors["b"]?.tensor().values == [5])
    }

    @Test func lengthsOutsideTheFileAreRefused() {
        #expect(read([]) == .truncated(what: "the header", at: 0, needed: 8, available: 0))
        #expect(
            read([UInt8](repeating: 0xff, count: 8))
                == .truncated(what: "the header", at: 0, needed: .max, available: 0))
        #expect(read(Array(file("{}").dropLast())) == .truncated(what: "the header", at: 0, needed: 2, available: 1))
        #expect(read(file("[]")) == .wrongMagic(expected: "a JSON header", found: Array("[]".utf8)))
        #expect(read(file("")) == .wrongMagic(expected: "a JSON header", found: []))
    }

    @Test(arguments: [
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775800,9223372036854775804]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[],"data_offsets":[0,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#,
        #"{"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":"1","data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[1e99],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
        #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#,
        #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#,
        #"{"__metadata__":{"a":1}}"#, #"{"__metadata__":[]}"#, "{", "{}{}", "{\"a\":",
    ])
    func headersThatLieAreRefused(header: String) {
        #expect(read(file(header, data: [0, 0, 0, 0])) != nil)
    }

    /// Names that Swift compares in the square of their length, products that overflow beside a zero, and a million numbers.
    @Test(arguments: [
        #"{"a"# + String(repeating: "\u{301}", count: 500_000)
            + #"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        #"{"a"# + String(repeating: #"\u0301"#, count: 100_000)
            + #"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[0,1099511627776,1099511627776],"data_offsets":[0,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[1099511627776,0,1099511627776],"data_offsets":[0,0]}}"#,
        #"{"a":{"dtype":"F32","shape":["# + String(repeating: "0,", count: 2_000_000) + #"0],"data_offsets":[0,0]}}"#,
    ])
    func headersThatCostMoreThanTheirLengthAreRefused(header: String) {
        #expect(read(file(header, data: [])) != nil)
    }

    @Test func deepNestingInTheHeaderIsRefused() {
        let depth = 100_000
        let nested = #"{"a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        #expect(read(file(nested)) != nil)
    }

    @Test func damagedFilesNeverCrash() throws {
        let header =
            #"{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[16,22]}}"#
        forEachDamage(of: file(header, data: [UInt8](0..<22)), flips: 20_000, seed: 1) { damaged in
            for tensor in try SafetensorsFile(FileBytes(damaged, name: "damaged")).tensors.values {
                _ = tensor.floats()
                _ = tensor.tensor()
            }
        }
    }
}
