import Parsing

/// The copy of a photograph with boxes and names; as JSON `true`, `false` or `"thumbnail"`.
package enum AnnotatedCopy: OptionValue, CaseIterable {
    /// As large as the photograph.
    case full
    case off
    case thumbnail

    /// Long side of the photograph in a thumbnail, in pixels; a smaller photograph stays as large as it is.
    package static let thumbnailSide = 320

    /// In pixels.
    package var longestSide: Int { self == .thumbnail ? Self.thumbnailSide : .max }

    package var json: JSONNode.Value {
        switch self {
        case .full: .bool(true)
        case .off: .bool(false)
        case .thumbnail: .string(Self.thumbnailWord)
        }
    }

    package var text: String {
        switch self {
        case .full: "true"
        case .off: "false"
        case .thumbnail: Self.thumbnailWord
        }
    }

    fileprivate static let thumbnailWord = "thumbnail"

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let isDrawn = try? container.decode(Bool.self) {
            self = isDrawn ? .full : .off
        } else if try container.decode(String.self) == Self.thumbnailWord {
            self = .thumbnail
        } else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "an annotated copy is \(OptionForm<AnnotatedCopy>.annotated.expected)")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .full, .off: try container.encode(self == .full)
        case .thumbnail: try container.encode(Self.thumbnailWord)
        }
    }
}

extension OptionForm<AnnotatedCopy> {
    package static var annotated: Self {
        let words = AnnotatedCopy.allCases.map(\.text)
        return Self(
            expected: "true, false or \"\(AnnotatedCopy.thumbnail.text)\"", placeholder: words.joined(separator: "|"),
            schema: "{\"enum\": [true, false, \"\(AnnotatedCopy.thumbnail.text)\"]}",
            json: { words in
                let word = words.last ?? ""
                return AnnotatedCopy.allCases.first { $0.text == word }?.json ?? .string(word)
            },
            read: { reader, key in
                guard let node = reader.value(key) else { return nil }
                switch node.value {
                case .bool(let isDrawn): return isDrawn ? .full : .off
                case .string(AnnotatedCopy.thumbnailWord): return .thumbnail
                case .null, .number, .string, .array, .object:
                    reader.add(key, .wrongType(found: node.typeName, expected: annotated.expected), node)
                    return nil
                }
            })
    }
}
