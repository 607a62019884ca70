import Foundation
import Testing

@testable import ModelFiles

/// The folder with this module's golden files.
let goldenFolder = (#filePath as NSString).deletingLastPathComponent + "/Golden"

/// A golden JSON file, decoded.
func golden<T: Decodable>(_ name: String, as type: T.Type = T.self) throws -> T {
    try JSONDecoder().decode(T.self, from: Data(contentsOf: URL(filePath: "\(goldenFolder)/\(name)")))
}

/// A golden file's bytes.
func goldenBytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: "\(goldenFolder)/\(name)")))
}

/// A folder that disappears with the closure.
func withTemporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
    let folder = NSTemporaryDirectory() + "limner-modelfiles-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}

/// SplitMix64 (Steele et al. 2014): deterministic noise for mutations.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// Every file made from `bytes` by cutting it short, and `count` files with a few bytes flipped.
///
/// `body` may throw a `ModelFileError` or succeed; anything else it throws, and any crash, is a failure.
func forEachDamage(of bytes: [UInt8], flips count: Int, seed: UInt64, _ body: ([UInt8]) throws -> Void) {
    func attempt(_ damaged: [UInt8], _ what: String) {
        do {
            try body(damaged)
        } catch is ModelFileError {
        } catch {
            Issue.record("\(what): \(error) is no ModelFileError")
        }
    }
    for length in 0..<bytes.count { attempt(Array(bytes[..<length]), "cut to \(length) bytes") }
    var random = SplitMix(state: seed)
    for round in 0..<count {
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let index = Int.random(in: damaged.indices, using: &random)
            damaged[index] = [0, 0xff, 0x7f, 0x80, damaged[index] ^ (1 << UInt8.random(in: 0..<8, using: &random))]
                .randomElement(using: &random)!
        }
        attempt(damaged, "round \(round) of seed \(seed)")
    }
}

/// The fault of a malformed file.
func fault(_ body: () throws -> Void) -> FormatFault? {
    do {
        try body()
        return nil
    } catch ModelFileError.malformed(_, _, let fault) {
        return fault
    } catch {
        Issue.record("\(error) is no malformed file")
        return nil
    }
}
