/// The name of a model in the store.
package enum ModelIdentifier: Hashable, Sendable {
    case yunet
    case centerface
    case sface
    case vgg19
    case vgg16
    case alexnet
    case multistyle26
    case arbitraryPredict
    case arbitraryTransform
    /// A face embedder that the user imported from an ONNX file of this name.
    case userEmbedder(String)
    /// What `limner learn` made of an embedder.
    case learned(String)

    /// The models that Limner itself uses, in the order in which they are listed.
    package static let known: [ModelIdentifier] = [
        .yunet, .centerface, .sface, .vgg19, .vgg16, .alexnet, .multistyle26, .arbitraryPredict, .arbitraryTransform,
    ]

    /// The text that settings, templates and listings use, for example `sface-2021dec` or `user:r50`.
    package var text: String {
        switch self {
        case .yunet: "yunet-2023mar"
        case .centerface: "centerface"
        case .sface: "sface-2021dec"
        case .vgg19: "vgg19"
        case .vgg16: "vgg16"
        case .alexnet: "alexnet"
        case .multistyle26: "multistyle26"
        case .arbitraryPredict: "arbitrary-predict"
        case .arbitraryTransform: "arbitrary-transform"
        case .userEmbedder(let name): Self.userPrefix + name
        case .learned(let name): Self.learnedPrefix + name
        }
    }

    /// Understands ``text``; nil for anything else, also for a user's name that could not be a file name.
    package init?(_ text: String) {
        if let known = Self.known.first(where: { $0.text == text }) {
            self = known
        } else if text.hasPrefix(Self.userPrefix) {
            let name = String(text.dropFirst(Self.userPrefix.count))
            guard Self.isPlainName(name) else { return nil }
            self = .userEmbedder(name)
        } else if text.hasPrefix(Self.learnedPrefix) {
            let name = String(text.dropFirst(Self.learnedPrefix.count))
            guard Self.isPlainName(name) else { return nil }
            self = .learned(name)
        } else {
            return nil
        }
    }

    /// A user's model under a name made from a file's: letters, digits, `-`, `_` and `.` stay, anything else is `-`.
    package static func user(fileName: String) -> ModelIdentifier {
        let stem = fileName.hasSuffix(".onnx") ? String(fileName.dropLast(5)) : fileName
        let name = String(stem.unicodeScalars.map { isPlain($0) ? Character($0) : "-" }.prefix(longestName))
        return .userEmbedder(isPlainName(name) ? name : "embedder")
    }

    /// A learned model under a name made from what it was called, as ``user(fileName:)`` does.
    package static func learned(called name: String) -> ModelIdentifier {
        guard case .userEmbedder(let plain) = user(fileName: name) else {
            preconditionFailure("a user's model has a name")
        }
        return .learned(plain)
    }

    /// Whether it makes templates of faces.
    package var isEmbedder: Bool {
        switch self {
        case .sface, .userEmbedder, .learned: true
        default: false
        }
    }

    /// The name of the converted file, without its folder.
    package var fileName: String {
        switch self {
        case .userEmbedder(let name): "user-\(name).safetensors"
        case .learned(let name): "learned-\(name).safetensors"
        default: "\(text).safetensors"
        }
    }

    private static let userPrefix = "user:"
    private static let learnedPrefix = "learned:"
    private static let longestName = 80

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII
            && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-_.".unicodeScalars.contains(scalar))
    }

    private static func isPlainName(_ name: String) -> Bool {
        !name.isEmpty && name.count <= longestName && !name.hasPrefix(".") && name.unicodeScalars.allSatisfy(isPlain)
    }
}

/// Under which names a model's file says of itself what others than its network look at.
package enum ModelFileKey {
    package static let sha256 = "sha256"
    /// Absent where a learned model has no network of its own.
    package static let graph = "graph"
    /// Of what it was learned.
    package static let base = "base"
    package static let baseSHA256 = "base-sha256"
    /// How templates are compared, JSON.
    package static let recognition = "recognition"
    /// ``ModelLineage``, JSON.
    package static let lineage = "lineage"
}
