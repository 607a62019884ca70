import Parsing

/// A look through an ONNX file before it is decoded: an empty message has two bytes in the file and hundreds in memory,
/// and a name of combining marks takes the square of its length to be compared.
///
/// Protocol Buffers, "Encoding": a message is a list of fields, each a key (number and wire type) and a value. What is
/// damaged is left to the decoder.
struct ONNXCensus {
    private(set) var messages = 0

    /// Most messages of a file: nodes with their attributes, and tensors; networks have some thousands.
    static let mostMessages = 100_000
    /// Bytes of the longest name; converters join names.
    static let longestName = 4096

    /// The messages of `onnx.proto` that hold others, or names.
    private enum Message {
        case model, operatorSet, graph, node, attribute, tensor, keyValue, valueInfo, type, tensorType, shape, dimension

        /// The message in a field.
        func inner(_ field: UInt64) -> Message? {
            switch (self, field) {
            case (.model, 7): .graph
            case (.model, 8): .operatorSet
            case (.graph, 1): .node
            case (.graph, 5), (.attribute, 5): .tensor
            case (.graph, 11), (.graph, 12): .valueInfo
            case (.node, 5): .attribute
            case (.tensor, 13): .keyValue
            case (.valueInfo, 2): .type
            case (.type, 1): .tensorType
            case (.tensorType, 2): .shape
            case (.shape, 1): .dimension
            default: nil
            }
        }

        /// Whether a field is a name that is compared.
        func isName(_ field: UInt64) -> Bool {
            switch self {
            case .node: [1, 2, 3, 4, 7].contains(field)
            case .attribute, .valueInfo, .operatorSet: field == 1
            case .tensor: field == 8
            default: false
            }
        }
    }

    /// - Throws: `FormatFault.tooLarge` or `.unsupportedFeature`.
    init(_ bytes: UnsafeRawBufferPointer) throws {
        var open: [(message: Message, range: Range<Int>)] = [(.model, 0..<bytes.count)]
        while let (message, range) = open.popLast() {
            var at = range.lowerBound
            while let key = Self.number(in: bytes, from: &at, to: range.upperBound) {
                let field = key >> 3
                switch key & 7 {
                case 0: _ = Self.number(in: bytes, from: &at, to: range.upperBound)
                case 1: at += 8
                case 5: at += 4
                case 2:
                    guard let length = Self.number(in: bytes, from: &at, to: range.upperBound),
                        length <= UInt64(range.upperBound - at)
                    else {
                        at = range.upperBound
                        continue
                    }
                    let value = at..<at + Int(length)
                    at = value.upperBound
                    if let inner = message.inner(field) {
                        messages += 1
                        guard messages <= Self.mostMessages else {
                            throw FormatFault.tooLarge(
                                what: "the number of nodes, attributes and tensors", value: messages,
                                limit: Self.mostMessages)
                        }
                        open.append((inner, value))
                    } else if message.isName(field) {
                        try Self.check(name: bytes[value])
                    }
                default: break
                }
            }
        }
    }

    private static func check(name: some Collection<UInt8>) throws {
        guard name.count <= longestName else {
            throw FormatFault.tooLarge(what: "the length of a name", value: name.count, limit: longestName)
        }
        guard TextRule.isBounded(String(decoding: name, as: UTF8.self)) else {
            throw FormatFault.unsupportedFeature("a name with more than \(TextRule.marks) combining marks in a row")
        }
    }

    /// A number of seven bits a byte, the lowest first; nil at the end of the message, or where there is none.
    private static func number(in bytes: UnsafeRawBufferPointer, from at: inout Int, to end: Int) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard at < end else { return nil }
            let byte = bytes[at]
            at += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        at = end
        return nil
    }
}
