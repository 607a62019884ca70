import Foundation
import Gallery
import Testing
import Wire

@testable import Spool

extension OneReaderSuites {
    /// Manifests of the kind `feedback` correct what was answered, as the control interface does.
    @Suite(.serialized) struct FeedbackTests {
        private func manifest(_ corrections: [(verdict: String, job: JobIdentifier, face: Int, person: String)])
            -> String
        {
            let list = corrections.map {
                #"{"verdict": "\#($0.verdict)", "job": "\#($0.job)", "face": \#($0.face), "person": "\#($0.person)"}"#
            }
            return #"{"limner": 1, "kind": "feedback", "options": {"corrections": [\#(list.joined(separator: ", "))]}}"#
        }

        private func feedback(_ detail: JobDetail) throws -> [FeedbackResult.Correction] {
            guard case .feedback(let result)? = detail.report?.result else {
                Issue.record("\(detail)")
                return []
            }
            return result.corrections
        }

        @Test func severalCorrectionsAreMadeEachByItselfAndAnswersFollow() async throws {
            try await DaemonHarness.with { harness in
                for (person, seed) in [("ada", 7), ("bob", 9)] {
                    try harness.root.drop("enroll/\(person)/a.jpg", "propose \(seed)")
                    _ = try await harness.job(from: "enroll/\(person)/a.jpg", in: [.done])
                }
                try harness.root.drop("identify/crowd.jpg", "see 7.01 unknown\nsee 8 unknown")
                let job = try await harness.job(from: "identify/crowd.jpg", in: [.done]).job.id
                try await eventually("the first is hers") {
                    try await harness.client.job(job).retrospect?.last?.person == "ada"
                }
                try harness.root.drop(
                    "reviewed.json",
                    manifest([("deny", job, 1, "ada"), ("confirm", job, 2, "bob"), ("confirm", job, 3, "bob")]))
                let detail = try await harness.job(from: "reviewed.json", in: [.done, .quarantined])
                #expect(detail.report?.status == .done && detail.job.kind == .feedback && detail.job.attempt == 1)
                let made = try feedback(detail)
                #expect(made.map(\.templates) == [0, 1, nil])
                #expect(made.map { $0.error?.code } == [nil, nil, .faceUnknown])
                try await eventually("both answers changed") {
                    let additions = try await harness.client.job(job).retrospect ?? []
                    return additions.last { $0.face == 1 }?.decision == .unknown
                        && additions.last { $0.face == 2 }?.person == "bob"
                }
                #expect(harness.root.files("done/\(detail.job.id)") == ["reviewed.json"])
                // The user's undo takes all of them back.
                let undone = try await harness.client.gallery(GalleryQuestion(.undo)).undone
                #expect(undone == "corrections by \(detail.job.id)")
                let proof = try await harness.client.proof()
                #expect(proof.unaccounted == 0)
            }
        }

        @Test func whatComesToNothingIsQuarantinedAndCanBeTriedAgain() async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("identify/crowd.jpg", "see 7 unknown")
                let job = try await harness.job(from: "identify/crowd.jpg", in: [.done]).job.id
                try harness.root.drop("wrong.json", manifest([("confirm", job, 1, "ada"), ("deny", job, 1, "ada")]))
                let detail = try await harness.job(from: "wrong.json", in: [.done, .quarantined])
                #expect(detail.report?.status == .quarantined && detail.report?.error?.code == .personUnknown)
                #expect(detail.report?.error?.message.contains("None of 2") == true, "\(detail)")
                #expect(detail.report?.attempt == 1)
                try harness.root.drop("enroll/ada/a.jpg", "propose 8")
                _ = try await harness.job(from: "enroll/ada/a.jpg", in: [.done])
                _ = try await harness.client.retry(detail.job.id)
                let again = try await harness.job(from: "wrong.json", in: [.done])
                #expect(try feedback(again).map(\.templates) == [1, 1])
                #expect(try await harness.client.status().problems == [])
            }
        }

        /// A manifest of corrections waits for no picture; one that names any is refused with its line.
        @Test func aPictureIsNotAsked() async throws {
            let parts = try Parts()
            let job = JobIdentifier(time: .now, salt: 1, name: "a")
            let text = manifest([("deny", job, 1, "ada")])
            try parts.root.drop("a.json", text)
            try parts.root.drop("b.json", text.dropLast() + #", "inputs": ["a.jpg"]}"#)
            await parts.look()
            let jobs = try parts.jobs()
            #expect(jobs.first { $0.sourceText == "a.json" }?.state == .queued)
            #expect(jobs.first { $0.sourceText == "b.json" }?.error?.code == .manifestInvalid)
        }
    }
}
