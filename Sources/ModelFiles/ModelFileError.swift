import Foundation
import Parsing
import Wire

/// Everything that can go wrong between a model file and a network that runs.
///
/// Cases hold facts; ``description`` is the one place that writes the sentence.
package enum ModelFileError: Error, Equatable, Sendable {
    /// A model that the store should hold is not there.
    case missing(model: String, path: String)
    /// No model of this identifier is known or imported.
    case unknownModel(String, known: [String])
    /// A network has no feature map of this name.
    case unknownLayer(String, model: String, known: [String])
    /// A model was asked for in a form that it does not have.
    case wrongUse(model: String, wanted: String)
    /// What a head was learned of is not what the store has under that name.
    case otherBase(model: String, base: String)
    /// A user's model was converted by an older Limner and cannot be converted again without its original.
    case outdated(model: String, path: String)
    /// A sound file of tensors that belong to no model that Limner knows.
    case unknownContents(path: String, format: FileFormat, tensors: Int)
    /// The operating system refused an operation on a file or folder.
    case system(operation: String, path: String, reason: String)
    /// A file, or a folder on the way to it, is closed to this user.
    case forbidden(path: String)
    /// No address space was left for a file's bytes.
    case outOfMemory(path: String, bytes: Int)
    /// A file is not the pinned one.
    case wrongHash(path: String, expected: String, found: String)
    /// The bytes belong to none of the formats that this module reads.
    case unknownFormat(path: String, firstBytes: [UInt8])
    /// A file breaks the rules of its format, or asks for more than a reader of tensors may do.
    case malformed(path: String, format: FileFormat, fault: FormatFault)
    /// A well-formed ONNX graph that cannot become a network here.
    case unsupportedGraph(path: String, fault: GraphFault)
    /// Half-done work that nobody can go on with.
    case checkpointUnusable(path: String, why: String)
    /// A file is sound but lacks a tensor that the model is made of, or holds it in another shape.
    case unexpectedContents(path: String, tensor: String, expected: String, found: String)
}

extension ModelFileError {
    /// Whether a file could not be written.
    package var isOfWriting: Bool {
        if case .system(let operation, _, _) = self { !["open", "map", "read"].contains(operation) } else { false }
    }

    /// Whether a file may be sound, but is none that is read.
    package var isOfSupport: Bool {
        switch self {
        case .unknownContents: true
        case .malformed(_, _, let fault): fault.isOfSupport
        case .unsupportedGraph(_, let fault): fault.isOfSupport
        default: false
        }
    }

    /// What is wrong with a file that Limner wrote for a user: neither its insides nor what mends the store's help there.
    package var ofOwnFile: String {
        switch self {
        case .system(_, _, let reason): "it cannot be read: \(reason)"
        case .outOfMemory: "there is no memory left for it"
        case .outdated: "another version of Limner made it"
        case .wrongUse: "it is no network"
        case .checkpointUnusable(_, let why): why
        default: "it is damaged"
        }
    }

    /// Whether it would do to put all of a model into one file.
    package var isOfOtherFiles: Bool {
        if case .malformed(_, _, .otherFile) = self { true } else { false }
    }

    /// Whether the disk was full, by what the operating system said.
    package var isDiskFull: Bool {
        guard isOfWriting, case .system(_, _, let reason) = self else { return false }
        return FullDisk.isMeant(by: reason)
    }
}

/// The formats that this module reads.
package enum FileFormat: String, Sendable, CaseIterable {
    case safetensors = "safetensors file"
    case pickle
    case torchLegacy = "legacy PyTorch file"
    case torchZip = "PyTorch zip file"
    case onnx = "ONNX model"
}

/// One broken rule of a file format, with the numbers that show it.
package enum FormatFault: Error, Equatable, Sendable {
    case truncated(what: String, at: Int, needed: Int, available: Int)
    case wrongMagic(expected: String, found: [UInt8])
    case tooLarge(what: String, value: Int, limit: Int)
    case negative(what: String, value: Int)
    case outside(what: String, start: Int, end: Int, size: Int)
    case overlapping(first: String, second: String)
    case gap(at: Int, next: Int)
    case duplicate(what: String)
    case sizeMismatch(what: String, dims: [Int], expected: Int, found: Int)
    case unsupportedElementType(String)
    case unsupportedFeature(String)
    /// What `torch.save(model)` and `torch.jit.save` write: objects or a program, which only Python can make a network of.
    case wholeModel
    /// Tensors lie in another file, which cannot be had.
    case otherFile(name: String, reason: String)
    case notText(what: String, at: Int)
    case notJSON(what: String, reason: String)
    case tooDeep(limit: Int)
    case tooManySteps(limit: Int)
    case cycle(at: String)
    case forbiddenGlobal(String)
    case forbiddenCall(String)
    case unknownOpcode(UInt8, at: Int)
    case stackUnderflow(at: Int)
    case unknownMemo(Int, at: Int)
    case wrongKind(what: String, expected: String, found: String)
    case missingEntry(String)
    case notProtobuf(reason: String)
}

/// Why an ONNX graph cannot be imported: the node is named with its operator.
package enum GraphFault: Error, Equatable, Sendable {
    case unsupportedOperator(node: String, type: String)
    case unsupportedAttribute(node: String, type: String, attribute: String, value: String)
    case unsupportedOperand(node: String, type: String, operand: String, reason: String)
    case unknownValue(node: String, value: String)
    case duplicateValue(String)
    case missingInput(node: String, type: String, index: Int)
    case unsupportedInput(name: String, reason: String)
    case noOutput
    case invalidGraph(reason: String)
    /// A network of one picture whose extents are those of the picture alone.
    case noBatch(input: String)
    /// It may be sound, but it is not what was looked for.
    case noEmbedder(reason: String)
}

extension FormatFault {
    /// Whether the file may be sound, but holds what is not read.
    var isOfSupport: Bool {
        switch self {
        case .unsupportedElementType, .unsupportedFeature, .wholeModel, .otherFile: true
        default: false
        }
    }
}

extension GraphFault {
    /// Whether the file may be sound, but holds what is not read.
    var isOfSupport: Bool {
        switch self {
        case .unsupportedOperator, .unsupportedAttribute, .unsupportedOperand, .unsupportedInput, .noBatch, .noEmbedder:
            true
        case .unknownValue, .duplicateValue, .missingInput, .noOutput, .invalidGraph: false
        }
    }
}

extension ModelFileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let model, let path):
            "the model \(model) is not in the store: \(path) does not exist; run deploy/fetch-models"
        case .unknownModel(let name, let known):
            "there is no model named \(name); the store knows \(known.joined(separator: ", "))"
        case .unknownLayer(let layer, let model, let known):
            "\(model) has no layer \(layer); it has \(known.joined(separator: ", "))"
        case .wrongUse(let model, let wanted):
            "the model \(model) is not \(wanted); limner models list shows what each is for"
        case .otherBase(let model, let base):
            "\(model) was learned of another \(base) than the one in the store; import that again, or learn anew"
        case .outdated(let model, let path):
            "\(path) was converted by another version of Limner; import \(model) again with limner models import"
        case .unknownContents(let path, let format, let tensors):
            "\(path) is a sound \(format.rawValue) of \(tensors) tensors, but none of the models that Limner knows; "
                + "only ONNX files of face embedders can be imported freely"
        case .system(let operation, let path, let reason):
            "cannot \(operation) \(path): \(reason)"
        case .forbidden(let path): "\(path) may not be read: permission denied"
        case .outOfMemory(let path, let bytes):
            "there is no memory left for the \(bytes) bytes of \(path)"
        case .wrongHash(let path, let expected, let found):
            "\(path) has SHA-256 \(found) instead of \(expected): it is damaged or another version; "
                + "delete it and run deploy/fetch-models"
        case .unknownFormat(let path, let bytes):
            "\(path) is not a model file that Limner reads (ONNX, safetensors, pickle, PyTorch): "
                + "it starts with \(FormatFault.hex(bytes))"
        case .malformed(let path, let format, let fault) where fault.isOfSupport:
            "\(path) is a \(format.rawValue) of a kind that is not read: \(fault)"
        case .malformed(let path, let format, let fault):
            "\(path) is not a valid \(format.rawValue): \(fault); fetch or export the file again"
        case .unsupportedGraph(let path, let fault):
            "\(path) cannot be imported: \(fault)"
        case .checkpointUnusable(let path, let why): "the checkpoint \(path) cannot be used: \(why)"
        case .unexpectedContents(let path, let tensor, let expected, let found):
            "\(path): the tensor \(tensor) should be \(expected) but is \(found); "
                + "delete the file and run deploy/fetch-models"
        }
    }
}

extension FormatFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated(let what, let at, let needed, let available):
            "\(what) at byte \(at) needs \(needed) bytes, but only \(available) are left"
        case .wrongMagic(let expected, let found):
            "it should start with \(expected) but starts with \(Self.hex(found))"
        case .tooLarge(let what, let value, let limit): "\(what) is \(value), more than the limit of \(limit)"
        case .negative(let what, let value): "\(what) is negative (\(value))"
        case .outside(let what, let start, let end, let size):
            "\(what) spans bytes \(start)..<\(end), outside the \(size) bytes that there are"
        case .overlapping(let first, let second): "\(first) and \(second) overlap"
        case .gap(let at, let next): "bytes \(at)..<\(next) belong to no tensor"
        case .duplicate(let what): "\(what) appears twice"
        case .sizeMismatch(let what, let dims, let expected, let found):
            "\(what) of shape \(dims) needs \(expected) bytes but has \(found)"
        case .unsupportedElementType(let name): "the element type \(name) is not supported"
        case .unsupportedFeature(let what): "\(what) is not supported"
        case .wholeModel: "it holds a whole model, whose program is never run; save model.state_dict() in its place"
        case .otherFile(let name, let reason): "its weights lie in the file \(name), which \(reason)"
        case .notText(let what, let at): "\(what) at byte \(at) is not UTF-8 text, or not one that people write"
        case .notJSON(let what, let reason): "\(what) is not the JSON it should be: \(reason)"
        case .tooDeep(let limit): "its values nest deeper than \(limit) levels"
        case .tooManySteps(let limit): "it needs more than \(limit) steps to read"
        case .cycle(let at): "the value at \(at) contains itself"
        case .forbiddenGlobal(let name): "it names \(name), which is not part of a tensor and is never run"
        case .forbiddenCall(let what): "it asks to \(what), which a file of tensors never needs"
        case .unknownOpcode(let byte, let at):
            "the pickle operation \(Self.hex([byte])) at byte \(at) is unknown or never part of a tensor"
        case .stackUnderflow(let at): "the pickle operation at byte \(at) takes a value from an empty stack"
        case .unknownMemo(let index, let at): "the pickle operation at byte \(at) recalls value \(index), never stored"
        case .wrongKind(let what, let expected, let found): "\(what) should be \(expected) but is \(found)"
        case .missingEntry(let name): "it has no \(name)"
        case .notProtobuf(let reason): "it cannot be decoded (\(reason))"
        }
    }

    /// The first bytes of something, as a reader of a hex dump expects them.
    static func hex(_ bytes: [UInt8]) -> String {
        bytes.isEmpty ? "nothing (it is empty)" : bytes.map(\.hexadecimal).joined(separator: " ")
    }
}

extension GraphFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unsupportedOperator(let node, let type):
            "the operator \(type) (node \(node)) is not supported"
        case .unsupportedAttribute(let node, let type, let attribute, let value):
            "\(type) (node \(node)) has \(attribute) = \(value), which is not supported"
        case .unsupportedOperand(let node, let type, let operand, let reason):
            "\(type) (node \(node)): \(operand) \(reason)"
        case .unknownValue(let node, let value): "node \(node) reads \(value), which nothing before it produces"
        case .duplicateValue(let name): "the value \(name) is produced twice"
        case .missingInput(let node, let type, let index): "\(type) (node \(node)) lacks its input \(index)"
        case .unsupportedInput(let name, let reason): "the input \(name) \(reason)"
        case .noBatch(let input):
            "its input \(input) is a picture without a batch, where [1, 3, height, width] is wanted"
        case .noOutput: "it has no outputs"
        case .invalidGraph(let reason): "the network is not valid: \(reason)"
        case .noEmbedder(let reason): "it is no face embedder, since \(reason)"
        }
    }
}
