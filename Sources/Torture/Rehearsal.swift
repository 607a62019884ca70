import Crypto
import Foundation
import Parsing

/// A picture that is none: a script of what its worker does, and noise that makes its content its own.
///
/// The last line is an end record, so that a worker can tell a whole file from part of one.
struct Rehearsal: Sendable {
    enum Action: Sendable, Equatable {
        case sleep(milliseconds: Int)
        /// The worker dies as by a defect in a decoder.
        case crash
        /// The worker says nothing more.
        case hang
        /// The worker allocates until it may not.
        case devour
        /// The worker answers for another attempt first.
        case stale
        /// Only at the first attempt, what follows.
        case once

        init?(_ line: some StringProtocol) {
            let words = line.split(separator: " ")
            switch words.first {
            case "sleep":
                guard words.count == 2, let time = Int(words[1]) else { return nil }
                self = .sleep(milliseconds: time)
            case "crash": self = .crash
            case "hang": self = .hang
            case "devour": self = .devour
            case "stale": self = .stale
            case "once": self = .once
            default: return nil
            }
        }

        var line: String {
            switch self {
            case .sleep(let time): "sleep \(time)"
            case .crash: "crash"
            case .hang: "hang"
            case .devour: "devour"
            case .stale: "stale"
            case .once: "once"
            }
        }
    }

    static let magic = "LIMNER REHEARSAL"
    static let end = "END OF REHEARSAL"

    var actions: [Action]

    /// Bytes that no other call gives.
    ///
    /// - Parameter noise: how many bytes stand between script and end.
    func picture(noise: Int = 512, _ numbers: inout SeededNumbers) -> [UInt8] {
        var lines = [Self.magic] + actions.map(\.line) + [""]
        // Letters only, so that the file stays lines of text.
        let letters = (0..<max(noise, 32)).map { _ in UInt8(ascii: "a") + UInt8(numbers.next() % 26) }
        lines += [String(decoding: letters, as: UTF8.self), Self.end, ""]
        return Array(lines.joined(separator: "\n").utf8)
    }

    /// Reads a picture; `nil` for anything that is not a whole one.
    init?(_ bytes: some Sequence<UInt8>) {
        let lines = String(decoding: Array(bytes), as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        guard lines.first.map(String.init) == Self.magic, lines.dropLast().last.map(String.init) == Self.end,
            let blank = lines.firstIndex(of: "")
        else { return nil }
        var actions: [Action] = []
        for line in lines[1..<blank] {
            guard let action = Action(line) else { return nil }
            actions.append(action)
        }
        self.actions = actions
    }

    init(_ actions: Action...) { self.actions = actions }
}

/// SHA-256 of bytes, 64 lowercase hexadecimal digits.
func sha256(_ bytes: some Collection<UInt8>) -> String {
    SHA256.hash(data: Data(bytes)).hexadecimal
}
