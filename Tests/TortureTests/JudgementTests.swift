import Foundation
import Testing
import Wire

@testable import Torture

/// A judge that sees nothing would let everything pass.
@Suite struct JudgementTests {
    private let folder: String
    private let daemon: PrivateDaemon
    private var witness: Witness { daemon.witness }
    private let picture = Array("a picture".utf8)

    init() throws {
        folder = NSTemporaryDirectory() + "judgement-\(UUID().uuidString)"
        // Nothing is started here; any program will do.
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["limner", "limnerd"] {
            try FileManager.default.createSymbolicLink(atPath: folder + "/" + name, withDestinationPath: "/bin/true")
        }
        daemon = try PrivateDaemon(
            root: folder + "/root", settings: [:], worker: .rehearsal,
            programs: Programs(limner: folder + "/limner", models: folder), notes: folder + "/notes")
    }

    /// Puts a finished job where a daemon would.
    private func file(_ bytes: [UInt8], salt: UInt16, status: Report.Status = .done, error: ReportError? = nil) throws {
        let id = JobIdentifier(time: Date(timeIntervalSince1970: 0), salt: salt, name: "a.jpg")
        let folders = daemon.folders
        let input = InputFacts(role: .picture, path: "identify/a.jpg", sha256: sha256(bytes))
        let outputs =
            status == .done
            ? [OutputFile(name: "echo.jpg", bytes: Int64(bytes.count), sha256: sha256(bytes))] : []
        let report = Report(
            id: id, kind: .identify, status: status,
            times: Report.Times(seen: Date(timeIntervalSince1970: 0), finished: Date(timeIntervalSince1970: 1)),
            attempt: 1, source: "identify/a.jpg", inputs: [input], outputs: outputs, error: error)
        try Tree.makeFolder(folders.outbox(of: id))
        try WireJSON.encodePretty(report).write(to: URL(fileURLWithPath: folders.outbox(of: id) + "/report.json"))
        if status == .done {
            try Data(bytes).write(to: URL(fileURLWithPath: folders.outbox(of: id) + "/echo.jpg"))
        }
        let originals = (status == .quarantined ? folders.quarantine : folders.done) + "/" + id.text
        try Tree.makeFolder(originals)
        try Data(bytes).write(to: URL(fileURLWithPath: originals + "/a.jpg"))
    }

    private func judge(_ expected: String? = nil) throws -> Judgement {
        let judgement = try Judgement(daemon)
        if let expected {
            #expect(judgement.violations.contains { $0.contains(expected) }, "\(judgement.violations)")
        } else {
            #expect(judgement.violations.isEmpty)
        }
        return judgement
    }

    @Test func whatIsDoneIsDone() throws {
        try witness.enter(picture, "a.jpg")
        try file(picture, salt: 1)
        #expect(try judge().done == 1)
    }

    @Test func whatIsNowhereIsLost() throws {
        try witness.enter(picture, "a.jpg")
        #expect(try judge("lost").lost == 1)
    }

    @Test func whatIsDoneTwiceIsDoubled() throws {
        try witness.enter(picture, "a.jpg")
        try file(picture, salt: 1)
        try file(picture, salt: 2)
        #expect(try judge("stands in").doubled == 1)
    }

    @Test func whatIsDoneAndStillInTheInboxIsDoubled() throws {
        try witness.enter(picture, "a.jpg")
        try file(picture, salt: 1)
        try Tree.makeFolder(daemon.folders.inbox)
        try Data(picture).write(to: URL(fileURLWithPath: daemon.folders.inbox + "/a.jpg"))
        #expect(try judge("stands in").doubled == 1)
    }

    @Test func partOfAFileIsPartial() throws {
        try witness.enter(picture, "a.jpg")
        try file(Array(picture.prefix(3)), salt: 1)
        let judgement = try judge("nobody dropped")
        #expect(judgement.partial == 1)
        #expect(judgement.lost == 1)
    }

    @Test func anotherEndThanDeservedIsTold() throws {
        try witness.enter(picture, "a.jpg", fate: .quarantined(.workerCrashed))
        try file(picture, salt: 1)
        _ = try judge("became done")
    }

    @Test func aSpoiltOutputIsTold() throws {
        try witness.enter(picture, "a.jpg")
        try file(picture, salt: 1)
        let job = try #require(Tree.names(in: daemon.folders.outbox).first)
        try Data("spoilt".utf8).write(to: URL(fileURLWithPath: daemon.folders.outbox + "/\(job)/echo.jpg"))
        _ = try judge("not what the report says")
        try FileManager.default.removeItem(atPath: daemon.folders.done + "/" + job)
        _ = try judge("does not hold the original")
    }
}
