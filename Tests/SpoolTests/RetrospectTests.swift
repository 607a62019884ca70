import Foundation
import Gallery
import TestSupport
import Testing
import Wire

@testable import Spool

extension OneReaderSuites {
    /// Faces that jobs have seen are remembered, corrected, and asked again.
    @Suite(.serialized) struct RetrospectTests {
        private func added(_ harness: DaemonHarness, _ id: JobIdentifier) async throws -> [Retrospect.Addition] {
            try await harness.client.job(id).retrospect ?? []
        }

        @Test func anEnrolmentAnswersAnOlderJobAnew() async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("identify/crowd.jpg", "see 7.01 unknown\nsee 8 unknown")
                let job = try await harness.job(from: "identify/crowd.jpg", in: [.done]).job.id
                let unknowns = try await harness.client.gallery(GalleryQuestion(.unknowns)).unknowns
                #expect(unknowns?.map { $0.map(\.face) } == [[1], [2]])
                try harness.root.drop("enroll/ada/a.jpg", "propose 7")
                _ = try await harness.job(from: "enroll/ada/a.jpg", in: [.done])
                try await eventually("the face is hers") { try await !added(harness, job).isEmpty }
                let additions = try await added(harness, job)
                #expect(additions.map(\.face) == [1] && additions[0].person == "ada" && additions[0].by == .gallery)
                #expect(additions[0].candidate?.cosine ?? 0 > 0.9)
                // Nothing is added twice, and her job is done as it was.
                try harness.root.drop("enroll/bob/b.jpg", "propose 9")
                _ = try await harness.job(from: "enroll/bob/b.jpg", in: [.done])
                let answer = try await harness.client.gallery(
                    GalleryQuestion(.deny, person: "ada", job: job, face: 1))
                #expect(answer.people.map(\.name) == ["ada"])
                try await eventually("the face is not hers") { try await added(harness, job).count == 2 }
                #expect(try await added(harness, job)[1].decision == .unknown)
                _ = try await harness.client.gallery(GalleryQuestion(.confirm, person: "bob", job: job, face: 2))
                try await eventually("the other is his") { try await added(harness, job).count == 3 }
                let last = try await added(harness, job)[2]
                #expect(last.face == 2 && last.by == .user && last.person == "bob")
                #expect(try await harness.client.job(job).report?.status == .done)
                let file = URL(fileURLWithPath: harness.root.paths.outbox(of: job) + "/retrospect.json")
                #expect(try JSONSchema(named: "retrospect").violations(in: Data(contentsOf: file)) == [])
            }
        }

        @Test func whatIsNotToBeRememberedIsNot() async throws {
            try await DaemonHarness.with(extra: "faces:\n  remember: 0s\n  undo: 0s\n") { harness in
                try harness.root.drop("identify/crowd.jpg", "see 7 unknown")
                let job = try await harness.job(from: "identify/crowd.jpg", in: [.done]).job.id
                #expect(try await harness.client.gallery(GalleryQuestion(.unknowns)).unknowns == [])
                try harness.root.drop("enroll/ada/a.jpg", "propose 7")
                _ = try await harness.job(from: "enroll/ada/a.jpg", in: [.done])
                for question in [
                    GalleryQuestion(.confirm, person: "ada", job: job, face: 1), GalleryQuestion(.undo),
                    GalleryQuestion(.confirm, person: "ada"),
                ] {
                    do {
                        _ = try await harness.client.gallery(question)
                        Issue.record("\(question) was answered")
                    } catch SpoolError.refused(let error) {
                        let expected: ErrorCode =
                            question.ask == .undo ? .nothingToUndo : question.job == nil ? .optionInvalid : .faceUnknown
                        #expect(error.code == expected, "\(error)")
                    }
                }
            }
        }

        @Test func anEnrolmentIsTakenBack() async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("enroll/ada/a.jpg", "propose 7")
                _ = try await harness.job(from: "enroll/ada/a.jpg", in: [.done])
                let answer = try await harness.client.gallery(GalleryQuestion(.undo))
                #expect(answer.people.isEmpty && answer.undone?.hasPrefix("enrolment by ") == true)
            }
        }
    }
}
