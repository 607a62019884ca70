import Foundation
import Parsing

/// Weights of an ONNX file that lie in files beside it, as exporters write them ("External Data" in ONNX's documentation).
///
/// Only files of the same folder are read, none through a symbolic link, each once, and no more elements are taken of them than they hold.
struct ONNXOutsideData {
    private let path: String
    private var files: [String: FileBytes] = [:]
    private var taken = 0

    /// Most files of one model; exporters write one, or one a tensor.
    private static let mostFiles = 4096
    private static let isOutside: Int32 = 1

    init(of file: FileBytes) { path = file.path }

    var byteCount: Int { files.values.reduce(0) { $0 + $1.count } }

    /// The files by name.
    var slices: [ByteSlice] { files.sorted { $0.key < $1.key }.map { ByteSlice($0.value) } }

    /// Has a tensor hold the bytes that it names; nothing is done to others.
    ///
    /// - Throws: `FormatFault.otherFile` for files that cannot be had, `.outside` and `.tooLarge` for bytes that are not there.
    mutating func bring(_ tensor: inout ONNXTensor) throws {
        guard tensor.dataLocation == Self.isOutside else { return }
        let entries = Dictionary(tensor.externalData.map { ($0.key, $0.value) }) { first, _ in first }
        let name = entries["location"] ?? ""
        let file = try file(name)
        func number(_ key: String, default value: Int) throws -> Int {
            guard let text = entries[key] else { return value }
            guard let number = Int(text), number >= 0 else {
                throw FormatFault.wrongKind(what: "the \(key) of \(tensor.name)", expected: "a number", found: text)
            }
            return number
        }
        let offset = try number("offset", default: 0)
        let length = try number("length", default: max(0, file.count - offset))
        guard offset <= file.count, length <= file.count - offset else {
            throw FormatFault.outside(
                what: "the tensor \(tensor.name) in \(name)", start: offset,
                end: offset.addingReportingOverflow(length).partialValue, size: file.count)
        }
        taken += length
        guard taken <= byteCount else {
            throw FormatFault.tooLarge(what: "what its tensors take of other files", value: taken, limit: byteCount)
        }
        tensor.rawData = file.withUnsafeBytes { Data($0[offset..<offset + length]) }
        tensor.externalData = []
        tensor.dataLocation = 0
    }

    private mutating func file(_ name: String) throws -> FileBytes {
        if let file = files[name] { return file }
        guard TextRule.isFileName(name) else {
            throw FormatFault.otherFile(name: name, reason: "is not in the same folder")
        }
        guard path.hasPrefix("/"), files.count < Self.mostFiles else {
            throw FormatFault.otherFile(name: name, reason: "is not read")
        }
        let folder = (path as NSString).deletingLastPathComponent
        let file: FileBytes
        do {
            file = try FileBytes.copied(
                "\(folder)/\(name)", limit: ONNXFile.maximumSize - byteCount, followsLinks: false)
        } catch ModelFileError.system(_, _, String(cString: strerror(ELOOP))) {
            throw FormatFault.otherFile(
                name: name, reason: "is a symbolic link, which is not followed: copy the file itself there")
        } catch ModelFileError.system(_, _, let reason) {
            throw FormatFault.otherFile(name: name, reason: "cannot be read beside it: \(reason)")
        }
        files[name] = file
        return file
    }
}
