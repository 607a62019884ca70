import Foundation
import Parsing

/// The one way in which this project writes and reads JSON: keys sorted, slashes plain, times as ISO-8601 in UTC with milliseconds.
package enum WireJSON {
    /// One line, for frames and HTTP.
    package static func encode(_ value: some Encodable) throws -> Data {
        try encoder([.sortedKeys, .withoutEscapingSlashes]).encode(value)
    }

    /// Indented and ended by a newline, for files and terminals.
    package static func encodePretty(_ value: some Encodable) throws -> Data {
        var data = try encoder([.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]).encode(value)
        data.append(UInt8(ascii: "\n"))
        return data
    }

    /// What a message may hold that comes from another program or from a folder where others write.
    static let limits = JSONLimits(values: 1_000_000, marks: TextRule.marksOfFileName)

    /// Decodes what a stranger may have written: Foundation's decoder knows no limits.
    ///
    /// - Throws: ``JSONSyntaxError``, `DecodingError`.
    package static func decode<Value: Decodable>(_ type: Value.Type, ofStranger data: Data) throws -> Value {
        let text = Data(TextRule.withoutMark(data))
        try JSONParser.check(text, limits: limits)
        return try decode(type, from: text)
    }

    /// Decodes what this project wrote itself.
    package static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let date = date(from: text) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "\"\(text)\" is not an ISO-8601 time in UTC")
            }
            return date
        }
        return try decoder.decode(type, from: data)
    }

    /// Milliseconds since 1970 at the begin of the year 1 and at the end of the year 9999, the years of ISO 8601.
    private static let years = -62_135_596_800_000.0...253_402_300_799_999.0

    /// `2026-03-14T15:09:26.535Z`. Rounds to the nearest millisecond, so that what is written is what is read.
    package static func text(of date: Date) -> String {
        let milliseconds = min(max((date.timeIntervalSince1970 * 1000).rounded(), years.lowerBound), years.upperBound)
        // A quarter of a millisecond keeps the formatter, which cuts, on the right side of binary fractions.
        let nudged = Date(timeIntervalSince1970: (milliseconds + 0.25) / 1000)
        return nudged.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// The time that ``text(of:)`` wrote; whole seconds without a fraction are accepted too.
    package static func date(from text: String) -> Date? {
        let fractional = try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        guard let date = fractional ?? (try? Date(text, strategy: .iso8601)) else { return nil }
        return Date(timeIntervalSince1970: (date.timeIntervalSince1970 * 1000).rounded() / 1000)
    }

    private static func encoder(_ formatting: JSONEncoder.OutputFormatting) -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(text(of: date))
        }
        return encoder
    }
}
