import Foundation
import Parsing
import TestSupport
import Testing

@testable import Wire

@Suite struct ReportTests {
    private let schema: JSONSchema

    init() throws { schema = try JSONSchema(named: "report") }

    private func violations(_ report: Report) throws -> [String] {
        try schema.violations(in: WireJSON.encodePretty(report))
    }

    @Test func everyKindKeepsTheSchemaAndReadsBack() throws {
        #expect(Set(Examples.outcomes.map(\.task.kind)) == Set(JobKind.allCases))
        for (task, result) in Examples.outcomes {
            let report = Examples.report(task, result)
            #expect(try violations(report) == [])
            #expect(try WireJSON.decode(Report.self, from: WireJSON.encode(report)) == report)
        }
    }

    @Test(arguments: ErrorCode.allCases)
    func everyFailureKeepsTheSchemaAndReadsBack(code: ErrorCode) throws {
        let report = Examples.failure(code)
        #expect(try violations(report) == [])
        #expect(try WireJSON.decode(Report.self, from: WireJSON.encode(report)) == report)
    }

    @Test func aFileThatNeverBecameAJobOfAKind() throws {
        var report = Examples.failure(.folderUnknown)
        report.kind = nil
        report.task = nil
        #expect(try violations(report) == [])
        #expect(try WireJSON.decode(Report.self, from: WireJSON.encode(report)) == report)
    }

    @Test func aRetrospectKeepsItsSchema() throws {
        let schema = try JSONSchema(named: "retrospect")
        var retrospect = Retrospect(
            id: Examples.id,
            additions: [
                .init(
                    time: Date(timeIntervalSince1970: 1_773_500_966.5), face: 1, input: "identify/beach.jpg",
                    by: .gallery,
                    decision: .match, person: "ada",
                    candidate: .init(person: "ada", cosine: 0.6, l2: 0.89, templates: 2)),
                .init(
                    time: Date(timeIntervalSince1970: 1_773_500_967), face: 1, input: "identify/beach.jpg", by: .user,
                    decision: .unknown, person: nil),
            ])
        #expect(try schema.violations(in: WireJSON.encodePretty(retrospect)) == [])
        retrospect.additions[0].person = nil
        #expect(try !schema.violations(in: WireJSON.encodePretty(retrospect)).isEmpty, "a match of nobody")
        retrospect.additions = []
        #expect(try !schema.violations(in: WireJSON.encodePretty(retrospect)).isEmpty, "nothing was added")
    }

    @Test func theSchemaRefusesWhatIsNotAReport() throws {
        let (task, result) = Examples.outcomes[3]
        let good = Examples.report(task, result)
        let changes: [(String, (inout Report) -> Void)] = [
            ("done without a result", { $0.result = nil }),
            ("done with an error", { $0.error = ReportError(code: .noFace, message: "x") }),
            ("quarantined without an error", { $0.status = .quarantined }),
            ("a hash that is none", { $0.inputs[0].sha256 = "abc" }),
            ("an orientation of 9", { $0.inputs[0].orientation = 9 }),
            ("the result of another kind", { $0.result = Examples.outcomes[4].result }),
            ("negative milliseconds", { $0.timings["decode"] = -1 }),
            ("a priority of 101", { $0.priority = 101 }),
            ("an output in a subfolder", { $0.outputs[0].name = "a/b" }),
        ]
        #expect(try violations(good) == [])
        for (what, change) in changes {
            var report = good
            change(&report)
            #expect(try !violations(report).isEmpty, "\(what) was accepted")
        }
    }

    @Test func theSchemaListsExactlyTheErrorCodes() throws {
        for code in ErrorCode.allCases { #expect(try violations(Examples.failure(code)) == []) }
        let text = String(decoding: try WireJSON.encode(Examples.failure(.noFace)), as: UTF8.self)
        #expect(try !schema.violations(in: text.replacing("no-face", with: "no-nose").utf8).isEmpty)
    }

    @Test func keysAreSorted() throws {
        let (task, result) = Examples.outcomes[0]
        let text = String(decoding: try WireJSON.encode(Examples.report(task, result)), as: UTF8.self)
        let keys = try JSONParser.parse(text.utf8).members?.map(\.key) ?? []
        #expect(keys == keys.sorted())
        #expect(keys.contains("limner") && keys.contains("options") && !keys.contains("task"))
    }

    @Test func anotherFormatIsRefused() throws {
        let text = String(decoding: try WireJSON.encode(Examples.failure(.noFace)), as: UTF8.self)
        #expect(throws: DecodingError.self) {
            try WireJSON.decode(Report.self, from: Data(text.replacing("\"limner\":1", with: "\"limner\":2").utf8))
        }
    }
}
