import Foundation
import Gallery
import Testing
import Wire

@testable import Spool

extension OneReaderSuites {
    /// The gallery takes up what a job proposed with the job's commit, and otherwise nothing.
    @Suite(.serialized) struct EnrollmentCommitTests {
        private func people(_ harness: DaemonHarness) async throws -> [String] {
            try await harness.client.gallery(GalleryQuestion(.list)).people.map(\.name)
        }

        private func enrollment(_ detail: JobDetail) throws -> EnrollmentResult {
            var enrollment: EnrollmentResult?
            if case .enroll(let result) = detail.report?.result { enrollment = result }
            return try #require(enrollment, "\(detail)")
        }

        @Test func aFinishedJobEnrolls() async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("enroll/ada/a.jpg", "propose 1\npropose 2")
                let first = try enrollment(await harness.job(from: "enroll/ada/a.jpg", in: [.done]))
                #expect(first.templates == 2 && first.enrolled.map(\.alreadyEnrolled) == [false, false])
                try harness.root.drop("enroll/ada/b.jpg", "propose 2\npropose 3")
                let second = try enrollment(await harness.job(from: "enroll/ada/b.jpg", in: [.done]))
                #expect(second.templates == 3 && second.enrolled.map(\.alreadyEnrolled) == [true, false])
                #expect(try await people(harness) == ["ada"])
            }
        }

        /// Attempts side by side are each checked before any of them is committed.
        @Test func whatWasEnrolledMeanwhileSpeaksAgainstAnEnrolment() async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("enroll/ada/a.jpg", "propose 1\nchecked")
                _ = try await harness.job(from: "enroll/ada/a.jpg", in: [.done])
                try harness.root.drop("enroll/bob/b.jpg", "propose 1.001\nchecked")
                let another = try await harness.job(from: "enroll/bob/b.jpg", in: [.quarantined]).report?.error
                #expect(another?.code == .enrollmentDoubtful && another?.message.contains("scripted") == true)
                try harness.root.drop("enroll/ada/c.jpg", "propose 2\nchecked")
                let unlike = try await harness.job(from: "enroll/ada/c.jpg", in: [.quarantined]).report?.error
                #expect(unlike?.code == .enrollmentDoubtful && unlike?.message.contains("unlike") == true)
                try harness.root.drop("enroll/bob/d.jpg", "propose 1.001")
                _ = try await harness.job(from: "enroll/bob/d.jpg", in: [.done])
                #expect(try await people(harness) == ["ada", "bob"])
            }
        }

        @Test func twoPeopleOfNearlyOneNameAreNamedInTheReport() async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("enroll/\u{C9}va/a.jpg", "propose 1")
                let first = try enrollment(await harness.job(from: "enroll/\u{C9}va/a.jpg", in: [.done]))
                #expect(first.namesakes == nil)
                try harness.root.drop("enroll/\u{E9}va/b.jpg", "propose 2")
                let second = try enrollment(await harness.job(from: "enroll/\u{E9}va/b.jpg", in: [.done]))
                #expect(second.namesakes == ["\u{C9}va"])
                // The folders are there still, and say so before anything is dropped.
                let problems = try await harness.client.status().problems
                #expect(problems.count == 1 && problems[0].contains("upper and lower case only"), "\(problems)")
            }
        }

        @Test func aCancelledJobEnrollsNobody() async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("enroll/ada/a.jpg", "propose 1\nprogress 0.9\nhang")
                let job = try await harness.job(from: "enroll/ada/a.jpg", in: [.running]).job
                _ = try await harness.client.cancel(job.id)
                _ = try await harness.job(from: "enroll/ada/a.jpg", in: [.cancelled])
                #expect(try await people(harness).isEmpty)
            }
        }

        @Test func aJobThatFailsAndIsTriedAgainReportsItsOwnWorkAsNew() async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("enroll/ada/a.jpg", "propose 1\nfirst-attempt crash")
                let detail = try await harness.job(from: "enroll/ada/a.jpg", in: [.done])
                #expect(detail.job.attempt == 2)
                #expect(try enrollment(detail).enrolled.map(\.alreadyEnrolled) == [false])
            }
        }

        @Test func aQuestionAboutNobodyIsAnsweredWithTheNearest() async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("enroll/ada/a.jpg", "propose 1")
                _ = try await harness.job(from: "enroll/ada/a.jpg", in: [.done])
                do {
                    _ = try await harness.client.gallery(GalleryQuestion(.remove, person: "adda"))
                    Issue.record("somebody was removed")
                } catch SpoolError.refused(let error) {
                    #expect(error.code == .personUnknown && error.hint.contains("ada"), "\(error)")
                }
                let json = try await harness.client.exportGallery()
                #expect(try await harness.client.gallery(GalleryQuestion(.remove, person: "ada")).changed == 1)
                #expect(try await people(harness).isEmpty)
                #expect(try await harness.client.importGallery(json).changed == 1)
                #expect(
                    try await harness.client.gallery(GalleryQuestion(.rename, person: "ada", to: "bea")).changed == 1)
                #expect(try await people(harness) == ["bea"])
            }
        }
    }
}
