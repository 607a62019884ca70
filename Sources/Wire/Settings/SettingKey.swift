/// One setting: its name, what it may be, and where it lives in ``Settings``.
package struct SettingKey: Sendable {
    /// What a value may be; texts are read by this and ranges are checked by it.
    package enum Form: Sendable, Equatable {
        case text
        /// An absolute path, without `..`.
        case path
        /// An absolute path, or nothing, which stands for none.
        case pathOrNothing
        /// ``IgnoredNames``.
        case patterns
        case integer(ClosedRange<Int>)
        case number(ClosedRange<Double>)
        case duration(ClosedRange<Duration>)
        /// The built-in face embedder, or one that the user imported.
        case embedder
        case choice([String])
        /// Whatever the option of jobs may be.
        case option(JobOption)
    }

    /// A value that its form has accepted.
    package enum Value: Sendable, Equatable {
        case text(String)
        case integer(Int)
        case number(Double)
        case duration(Duration)
        /// One option, or none where a 0 stands for none.
        case option(JobOptions)
    }

    /// As in the YAML file, with dots: `intake.stability`.
    package let name: String
    package let form: Form
    /// One sentence for the manual and `limner config --explain`.
    package let summary: String
    package let environmentName: String
    let read: @Sendable (Settings) -> Value
    let write: @Sendable (inout Settings, Value) -> Void

    /// `LIMNER_` and the name in capitals: `engine.openblasCoreType` is `LIMNER_ENGINE_OPENBLAS_CORE_TYPE`.
    static func environmentName(of name: String) -> String {
        var text = "LIMNER_"
        var previousIsSmall = false
        for character in name {
            if character == "." {
                text.append("_")
            } else {
                if character.isUppercase, previousIsSmall { text.append("_") }
                text.append(contentsOf: character.uppercased())
            }
            previousIsSmall = character.isLowercase
        }
        return text
    }

    /// The value in force as text that ``accept(_:)`` reads back.
    package func text(in settings: Settings) -> String {
        switch read(settings) {
        case .text(let text): text
        case .integer(let number): String(number)
        case .number(let number): String(number)
        case .duration(let duration): DurationText.text(of: duration)
        case .option(let options): JobOption.all.lazy.compactMap { options[$0]?.text }.first ?? "0"
        }
    }

    /// Reads a text; the failure says what was expected.
    package func accept(_ text: String) -> Result<Value, Refusal> {
        switch form {
        case .text:
            return .success(.text(text))
        case .pathOrNothing where text.isEmpty:
            return .success(.text(text))
        case .patterns:
            return IgnoredNames(text) == nil ? .failure(Refusal(expected: expected)) : .success(.text(text))
        case .path, .pathOrNothing:
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard text.hasPrefix("/"), !parts.contains(".."), !text.utf8.contains(0) else {
                return .failure(Refusal(expected: "an absolute path without \"..\""))
            }
            return .success(.text(text))
        case .embedder:
            guard text == Self.builtInEmbedder || Self.isImported(text) else {
                return .failure(
                    Refusal(expected: expected, nearest: NearestName.of(text, among: [Self.builtInEmbedder])))
            }
            return .success(.text(text))
        case .integer(let range):
            guard let number = Int(text), range.contains(number) else { return .failure(Refusal(expected: expected)) }
            return .success(.integer(number))
        case .number(let range):
            guard let number = Double(text), range.contains(number) else {
                return .failure(Refusal(expected: expected))
            }
            return .success(.number(number))
        case .duration(let range):
            guard let duration = DurationText.duration(from: text), range.contains(duration) else {
                return .failure(Refusal(expected: expected))
            }
            return .success(.duration(duration))
        case .choice(let choices):
            guard choices.contains(text) else {
                return .failure(Refusal(expected: expected, nearest: NearestName.of(text, among: choices)))
            }
            return .success(.text(text))
        case .option(let option):
            if option.setting?.zeroMeans != nil, text == "0" { return .success(.option(JobOptions())) }
            do throws(ManifestError) {
                return .success(.option(try JobOptions(option, words: [text])))
            } catch {
                guard case .refused(_, _, let nearest) = error.mistakes[0].problem else {
                    return .failure(Refusal(expected: expected))
                }
                return .failure(Refusal(expected: expected, nearest: nearest))
            }
        }
    }

    /// The name of SFace in the model store.
    static let builtInEmbedder = "sface-2021dec"

    private static func isImported(_ text: String) -> Bool {
        let name = text.utf8.dropFirst("user:".utf8.count)
        guard text.hasPrefix("user:"), let first = name.first, first != UInt8(ascii: ".") else { return false }
        return name.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }

    /// Why a text was not accepted.
    package struct Refusal: Error, Sendable, Equatable {
        package var expected: String
        package var nearest: String?
    }

    /// What a value may be, in words.
    package var expected: String {
        switch form {
        case .text: "text"
        case .path: "an absolute path"
        case .pathOrNothing: "an absolute path, or nothing"
        case .patterns: "names with * and ?, without slashes, separated by commas"
        case .embedder: "\(Self.builtInEmbedder), or user:NAME as limner models list shows it"
        case .integer(let range): range.inWords
        case .number(let range): range.inWords
        case .duration(let range):
            "a duration such as 500ms, 90s, 5m, 2h or 30d, "
                + "\(DurationText.text(of: range.lowerBound)) to \(DurationText.text(of: range.upperBound))"
        case .choice(let choices): ObjectReader.oneOf(choices)
        case .option(let option): (option.setting?.zeroMeans == nil ? "" : "0, or ") + option.expected
        }
    }
}
