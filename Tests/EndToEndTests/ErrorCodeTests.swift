import Films
import Foundation
import Glibc
import ModelFiles
import Pictures
import Styles
import Testing
import Wire

@testable import limner_worker

extension EndToEnd {
    /// Codes that no other test brings about.
    @Suite struct ErrorCodeTests {
        private func code(_ daemon: LiveDaemon, mentioning words: String...) async throws -> ErrorCode? {
            let report = try await daemon.settle(1)[0].report
            #expect(report.status == .quarantined)
            let error = try #require(report.error)
            for word in words { #expect(error.message.contains(word), "\(error.message)") }
            return error.code
        }

        /// Root reads everything; so the thread gives up root's rights over files for the moment of reading.
        @Test func aPictureThatMayNotBeReadIsUnreadable() throws {
            typealias Change = @convention(c) (uid_t) -> CInt
            let change = unsafeBitCast(try #require(dlsym(nil, "setfsuid")), to: Change.self)
            let scratch = try Scratch()
            try scratch.write("secret.jpg", Assets.scene())
            chmod("\(scratch.path)/secret.jpg", 0)
            let nobody: uid_t = 65_534
            if geteuid() == 0 { _ = change(nobody) }
            defer { if geteuid() == 0 { _ = change(0) } }
            let error = try #require(throws: PictureError.self) {
                try PictureFile(path: "\(scratch.path)/secret.jpg")
            }
            #expect(ReportError(explaining: error).code == .pictureUnreadable)
            #expect(ReportError(explaining: error).message.contains("secret.jpg"))
        }

        @Test func aPNGWithBrokenDataIsCorrupt() async throws {
            let daemon = try await LiveDaemon()
            var png = try Assets.stripes()
            for index in png.count / 2..<png.count / 2 + 8 { png[index] ^= 0x5A }
            try daemon.drop(png, at: "enroll/Ann/broken.png")
            #expect(try await code(daemon, mentioning: "broken.png") == .pictureCorrupt)
        }

        @Test func aJPEGOfTwelveBitsIsUnsupported() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Assets.twelveBits(), at: "enroll/Ann/deep.jpg")
            #expect(try await code(daemon, mentioning: "deep.jpg") == .pictureUnsupported)
        }

        @Test func aStyleWithAnUnknownKeyIsInvalid() async throws {
            let daemon = try await LiveDaemon()
            try daemon.writeStyle("odd", #"{"limner": 1, "pictures": ["stripes.png"], "colour": true}"#)
            try daemon.drop(Assets.scene(), at: "stylize/odd/scene.jpg")
            #expect(try await code(daemon, mentioning: "colour", "style.json") == .styleInvalid)
        }

        @Test func aModelWithAnotherHashIsCorrupt() async throws {
            let scratch = try Scratch()
            let originals = "\(scratch.path)/originals"
            try FileManager.default.createDirectory(atPath: originals, withIntermediateDirectories: true)
            for name in try FileManager.default.contentsOfDirectory(atPath: Assets.models + "/originals") {
                var data = try Data(contentsOf: URL(fileURLWithPath: "\(Assets.models)/originals/\(name)"))
                if name.contains("yunet") { data[data.count / 2] ^= 1 }
                try data.write(to: URL(fileURLWithPath: "\(originals)/\(name)"))
            }
            let daemon = try await LiveDaemon(["LIMNER_MODELS": scratch.path])
            try daemon.drop(Assets.sample("obama.jpg"), at: "enroll/Obama/obama.jpg")
            #expect(try await code(daemon, mentioning: "yunet") == .modelCorrupt)
        }

        @Test func templatesOfAnotherModelAreNotCompared() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Assets.sample("obama.jpg"), at: "enroll/Obama/obama.jpg")
            #expect(try await daemon.settle(1)[0].report.status == .done)
            daemon.end(SIGTERM)
            let embedder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("ModelFilesTests/Golden/tiny-embedder.onnx").path
            let scratch = try Scratch()
            for name in ["originals"] + (try FileManager.default.contentsOfDirectory(atPath: Assets.models))
            where name != "originals" || !FileManager.default.fileExists(atPath: "\(scratch.path)/originals") {
                try FileManager.default.createSymbolicLink(
                    atPath: "\(scratch.path)/\(name)", withDestinationPath: "\(Assets.models)/\(name)")
            }
            let models = ["LIMNER_MODELS": scratch.path]
            let imported = try Programs.run(Programs.limner, ["models", "import", embedder], environment: models)
            #expect(imported.code == 0, "\(imported.error)")
            try await daemon.start(models.merging(["LIMNER_FACES_EMBEDDER": "user:tiny-embedder"]) { $1 })
            try daemon.drop(Assets.sample("obama2.jpg"), at: "identify/who.jpg")
            let report = try await daemon.settle(2).of("who.jpg").report
            #expect(report.error?.code == .templateModelMismatch)
        }

        @Test func somebodysFaceUnderAnotherNameIsDoubtful() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Assets.sample("obama.jpg"), at: "enroll/Obama/obama.jpg")
            #expect(try await daemon.settle(1)[0].report.status == .done)
            try daemon.drop(Assets.sample("obama2.jpg"), at: "enroll/Ann/ann.jpg")
            let refused = try await daemon.settle(2).of("ann.jpg").report
            #expect(refused.status == .quarantined && refused.error?.code == .enrollmentDoubtful)
            for word in ["ann.jpg", "Obama", "not Ann's"] {
                #expect(refused.error?.message.contains(word) == true, "\(refused.error?.message ?? "")")
            }
            try daemon.drop(Assets.sample("obama3.jpg"), at: "twin.jpg")
            let manifest = #"""
                {"limner":1,"kind":"enroll","inputs":["twin.jpg"],"options":{"person":"Ann","doubts":"accept"}}
                """#
            try daemon.drop(Array(manifest.utf8), at: "twin.json")
            #expect(try await daemon.settle(3).of("twin.json").report.status == .done)
        }

        @Test func aDamagedGalleryIsNamed() async throws {
            let settings = ["LIMNER_RETRIES_MAX": "0"]
            let daemon = try await LiveDaemon(settings)
            daemon.end(SIGTERM)
            try Data(repeating: 0x5A, count: 8192).write(to: URL(fileURLWithPath: daemon.folders.gallery))
            try await daemon.start(settings)
            try daemon.drop(Assets.sample("obama.jpg"), at: "identify/who.jpg")
            #expect(try await code(daemon, mentioning: "gallery") == .galleryUnusable)
        }

        /// With the key workers answer as ever; without it nothing opens, until it is back.
        @Test func aSealedGalleryWithoutItsKeyIsNamed() async throws {
            let scratch = try Scratch()
            try scratch.write("key", Array(0..<64))
            let key = "LIMNER_FACES_KEY_FILE"
            let daemon = try await LiveDaemon(["LIMNER_RETRIES_MAX": "0", key: scratch.path + "/key"])
            try daemon.drop(Assets.sample("obama.jpg"), at: "enroll/Obama/a.jpg")
            _ = try await daemon.settle(1)
            try daemon.drop(Assets.sample("obama2.jpg"), at: "identify/with.jpg")
            let answer = try #require(await daemon.settle(2).of("with.jpg").identification)
            #expect(answer.pictures[0].faces.map(\.person) == ["Obama"])
            daemon.end(SIGTERM)
            try await daemon.start([key: ""])
            try daemon.drop(Assets.sample("obama2.jpg"), at: "identify/without.jpg")
            let refused = try await daemon.settle(3).of("without.jpg").report
            #expect(refused.error?.code == .galleryLocked && refused.error?.message.contains("faces.keyFile") == true)
            let listed = try scratch.limner(["gallery", "list"], root: daemon.folders.root)
            #expect(listed.code == 1 && listed.error.contains("gallery-locked"), "\(listed)")
        }

        @Test func aRuinedPaintingSaysWhatIsWrongWithIt() {
            let flat = ReportError(explaining: StyleError.ruined(.blank, iterations: 9))
            #expect(flat.code == .paintingRuined && flat.message.contains("one flat colour, after 9 iterations"))
            #expect(flat.hint.contains("Lower tvWeight"))
            // Of one pass there are no iterations to speak of, and nothing to lower.
            let pass = ReportError(explaining: StyleError.ruined(.notFinite, iterations: 0))
            #expect(pass.code == .paintingRuined && !pass.message.contains("iterations"))
            #expect(pass.hint.hasPrefix("Take another style or size;"))
        }

        /// What a film has no part in is tried again; what its words say is not.
        @Test func aProgramThatIsKilledIsTriedAgain() {
            let killed = ReportError(
                explaining: FilmError.programStopped(film: "a.mp4", program: "ffmpeg", how: "it was ended by signal 9"))
            #expect(killed.code == .ffmpegStopped && killed.code.isRetried && killed.message.contains("signal 9"))
            let damaged = ReportError(
                explaining: FilmError.programFailed(film: "a.mp4", program: "ffmpeg", words: "moov atom not found"))
            #expect(damaged.code == .pictureCorrupt && !damaged.code.isRetried)
        }

        @Test func anFFmpegThatLacksALibraryIsNoFaultOfTheFilm() {
            let words = "No such filter: 'zscale'"
            let lacking = ReportError(
                explaining: FilmError.programFailed(film: "a.mp4", program: "ffmpeg", words: words))
            #expect(lacking.code == .ffmpegMissing && lacking.hint.contains("zimg"))
        }

        /// What the disk refuses is no damage to a model.
        @Test func aModelThatCannotBeWrittenIsNotCorrupt() {
            func code(_ operation: String, _ error: Int32) -> ErrorCode {
                let reason = String(cString: strerror(error))
                return ReportError(
                    explaining: ModelFileError.system(operation: operation, path: "/m", reason: reason)
                ).code
            }
            #expect(code("write", ENOSPC) == .diskFull && code("write", EACCES) == .outputFailed)
            #expect(code("read", EIO) == .modelCorrupt)
        }

        @Test func aWorkerThatRunsIntoItsMemoryLimitSaysSo() async throws {
            let daemon = try await LiveDaemon([
                "LIMNER_WORKERS_MEMORY_LIMIT_MB": "120", "LIMNER_RETRIES_MAX": "0", "LIMNER_STYLIZE_SIZE": "640",
                "LIMNER_STYLIZE_OVERSIZE": "run",
            ])
            try daemon.writeStyle("stripes", #"{"limner": 1, "pictures": ["stripes.png"]}"#)
            try daemon.drop(Assets.scene(longSide: 640), at: "stylize/stripes/scene.jpg")
            #expect(try await code(daemon) == .workerOutOfMemory)
        }

        /// Tried again it would need as much.
        @Test func aPaintingThatHasNoRoomIsNotTriedAgain() async throws {
            let daemon = try await LiveDaemon(["LIMNER_WORKERS_MEMORY_LIMIT_MB": "120"])
            try daemon.writeStyle("stripes", #"{"limner": 1, "pictures": ["stripes.png"]}"#)
            try daemon.drop(Assets.scene(), at: "stylize/stripes/scene.jpg")
            #expect(try await code(daemon, mentioning: "takes the most") == .tooLittleMemory)
        }
    }
}
