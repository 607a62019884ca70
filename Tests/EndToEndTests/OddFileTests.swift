import Foundation
import Glibc
import Testing
import Wire

extension EndToEnd {
    /// What people and programs drop that is no photograph: one report each, the right code, and the thing itself kept.
    @Suite struct OddFileTests {
        private func expectQuarantined(
            _ daemon: LiveDaemon, _ code: ErrorCode, keeping name: String, named: String? = nil,
            mentioning words: String...
        ) async throws {
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .quarantined)
            let error = try #require(filed.report.error)
            #expect(error.code == code)
            #expect(!error.hint.isEmpty)
            for word in [named ?? name] + words { #expect(error.message.contains(word), "\(error.message)") }
            let job = daemon.folders.quarantine(of: filed.report.id)
            let kept = try FileManager.default.contentsOfDirectory(atPath: job)
            #expect(kept.contains(name), "\(kept)")
            #expect(kept.contains("report.json"), "\(kept)")
            #expect(daemon.files(in: daemon.folders.inbox).isEmpty)
            let counts = try daemon.status().counts
            #expect(counts.quarantined == 1)
            #expect(counts.isBalanced)
        }

        @Test func anEmptyFile() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop([], at: "identify/empty.jpg")
            try await expectQuarantined(daemon, .pictureEmpty, keeping: "empty.jpg")
        }

        @Test func aTruncatedJPEG() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Assets.sample("obama.jpg").prefix(100_000), at: "enroll/Obama/cut.jpg")
            try await expectQuarantined(daemon, .pictureTruncated, keeping: "cut.jpg")
        }

        @Test func aTextFile() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Array("Dear Limner,".utf8), at: "identify/letter.jpg")
            try await expectQuarantined(daemon, .pictureNotAPicture, keeping: "letter.jpg")
        }

        @Test func aHeaderOfThirtyThousandPixelsASide() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Assets.enormousHeader(), at: "identify/bomb.jpg")
            try await expectQuarantined(daemon, .pictureTooLarge, keeping: "bomb.jpg", mentioning: "30000")
        }

        @Test func aSceneWithoutAFaceCannotBeEnrolled() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Assets.sample("china.jpg"), at: "enroll/Nobody/china.jpg")
            try await expectQuarantined(daemon, .noFace, keeping: "china.jpg")
        }

        @Test func aGroupCannotBeEnrolled() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Assets.group("obama.jpg", "biden.jpg"), at: "enroll/Both/group.jpg")
            try await expectQuarantined(daemon, .severalFaces, keeping: "group.jpg", mentioning: "2 faces")
        }

        @Test func aBlurCannotBeEnrolled() async throws {
            let daemon = try await LiveDaemon()
            let blur = try Assets.samplePicture("biden.jpg").resized(longSide: 60).resized(longSide: 400)
            try daemon.drop(blur.encodePNG(), at: "enroll/Biden/blur.png")
            try await expectQuarantined(
                daemon, .qualityTooLow, keeping: "blur.png", mentioning: "quality 0.", "at least 0.15")
        }

        @Test func anUnknownStyle() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Assets.scene(), at: "stylize/no-such-style/scene.jpg")
            try await expectQuarantined(daemon, .styleUnknown, keeping: "scene.jpg", named: "no-such-style")
        }

        @Test func aFolderThatMeansNothing() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Assets.scene(), at: "holiday/scene.jpg")
            try await expectQuarantined(daemon, .folderUnknown, keeping: "scene.jpg")
        }

        @Test func aSymbolicLinkIsNeverFollowed() async throws {
            let daemon = try await LiveDaemon()
            let link = daemon.folders.inbox + "/identify/link.jpg"
            #expect(symlink(Assets.samples + "/obama.jpg", link) == 0)
            try await expectQuarantined(daemon, .notARegularFile, keeping: "link.jpg")
            #expect(FileManager.default.fileExists(atPath: Assets.samples + "/obama.jpg"))
        }

        @Test func aFIFOIsNeverOpened() async throws {
            let daemon = try await LiveDaemon()
            #expect(mkfifo(daemon.folders.inbox + "/identify/pipe.jpg", 0o644) == 0)
            try await expectQuarantined(daemon, .notARegularFile, keeping: "pipe.jpg")
        }

        @Test func aFolderNamedLikeAPictureIsAFolder() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Assets.sample("obama.jpg"), at: "enroll/Obama/folder.jpg/inner.jpg")
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .done)
            #expect(filed.report.source?.hasSuffix("folder.jpg/inner.jpg") == true)
        }

        @Test func aHalfWrittenFileIsLeftAloneUntilItIsWhole() async throws {
            let daemon = try await LiveDaemon()
            let bytes = try Assets.sample("obama.jpg")
            let path = daemon.folders.inbox + "/enroll/Obama/slow.jpg"
            try FileManager.default.createDirectory(
                atPath: daemon.folders.inbox + "/enroll/Obama", withIntermediateDirectories: true)
            try Data().write(to: URL(fileURLWithPath: path))
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            for start in stride(from: 0, to: bytes.count, by: bytes.count / 12) {
                try handle.write(contentsOf: Data(bytes[start..<min(start + bytes.count / 12, bytes.count)]))
                try await Task.sleep(for: .milliseconds(100))
                #expect(try daemon.status().counts.seen == 0)
            }
            try handle.close()
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .done)
            #expect(filed.report.inputs.first?.bytes == Int64(bytes.count))
        }

        @Test func twoFilesWithOneContentAreTwoJobs() async throws {
            let daemon = try await LiveDaemon()
            let bytes = try Assets.sample("obama.jpg")
            try daemon.drop(bytes, at: "enroll/Obama/one.jpg")
            try daemon.drop(bytes, at: "enroll/Obama/two.jpg")
            let reports = try await daemon.settle(2)
            #expect(reports.allSatisfy { $0.report.status == .done })
            #expect(reports.compactMap { $0.enrollment?.enrolled.first?.alreadyEnrolled }.filter { $0 }.count == 1)
            #expect(reports.last?.enrollment?.templates == 1)
            #expect(daemon.files(in: daemon.folders.done).count == 2)
        }

        @Test func namesWithSpacesEmojiAndBytesThatAreNoText() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Assets.sample("obama.jpg"), at: "enroll/Obama/my holiday picture.jpg")
            try daemon.drop(Assets.sample("obama2.jpg"), at: "enroll/Obama/🏖️ sun.jpg")
            try daemon.drop(
                Assets.sample("obama3.jpg"),
                atBytes: Array("enroll/Obama/".utf8) + [0x63, 0xE9, 0xFF] + Array(".jpg".utf8))
            let reports = try await daemon.settle(3)
            for filed in reports { #expect(filed.report.status == .done, "\(filed.text)") }
            #expect(daemon.files(in: daemon.folders.inbox).isEmpty)
            #expect(try daemon.status().counts.done == 3)
        }
    }
}
