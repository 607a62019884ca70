import Crypto
import Foundation
import TestSupport
import Wire

/// A report as it lies in the outbox.
struct Filed {
    let report: Report
    let json: Data
    let folder: String

    private static let schema = Result { try JSONSchema(named: "report") }

    /// What holds for every report: it follows the schema, its outputs are there with the hashes that it names, and
    /// nothing else is.
    func check() throws {
        let faults = try Self.schema.get().violations(in: json)
        guard faults.isEmpty else { throw Disappointment("the report breaks its schema: \(faults)\n\(text)") }
        for output in report.outputs {
            guard let data = FileManager.default.contents(atPath: folder + "/" + output.name) else {
                throw Disappointment("\(folder)/\(output.name) is in the report but not on the disk")
            }
            let hash = SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined()
            guard hash == output.sha256, data.count == output.bytes else {
                throw Disappointment("\(folder)/\(output.name) is not what its report says")
            }
        }
        let expected = Set(report.outputs.map(\.name) + ["report.json"])
        // What changed since stands in a file of its own, and is hidden while it is written.
        let found = Set(try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".new-") })
            .subtracting(["retrospect.json"])
        guard found == expected else { throw Disappointment("\(folder) holds \(found), not \(expected)") }
        guard (report.status == .done) == (report.error == nil) else {
            throw Disappointment("a report is done without an error, or has one:\n\(text)")
        }
    }

    var text: String { String(decoding: json, as: UTF8.self) }

    var identification: IdentificationResult? {
        if case .identify(let result) = report.result { result } else { nil }
    }

    var verification: VerificationResult? {
        if case .verify(let result) = report.result { result } else { nil }
    }

    var enrollment: EnrollmentResult? {
        if case .enroll(let result) = report.result { result } else { nil }
    }

    var stylization: StylizationResult? {
        if case .stylize(let result) = report.result { result } else { nil }
    }
}

extension [Filed] {
    /// The report of a source whose path ends so.
    func of(_ ending: String) throws -> Filed {
        guard let filed = first(where: { $0.report.source?.hasSuffix(ending) == true }) else {
            throw Disappointment("no report of …\(ending) among \(map { $0.report.source ?? "?" })")
        }
        return filed
    }
}
