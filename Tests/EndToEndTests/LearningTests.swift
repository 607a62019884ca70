import Foundation
import Glibc
import Pictures
import TestSupport
import Testing
import Wire

extension EndToEnd {
    /// A folder of people that is dropped is learned from, and what breaks that off costs time only.
    @Suite(.serialized) struct LearningTests {
        /// Twenty people of two photographs each: five faces, each as it is, and pressed from three sides.
        private func drop(into daemon: LiveDaemon) throws {
            let faces = ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png"]
            for (place, name) in faces.enumerated() {
                let picture = try Assets.samplePicture(name).resized(longSide: 320)
                for (press, (across, down)) in [(1.0, 1.0), (0.65, 1), (1, 0.65), (0.8, 0.6)].enumerated() {
                    for (number, scale) in [1, 0.7].enumerated() {
                        let size = PixelSize(
                            width: Int(Double(picture.width) * across * scale),
                            height: Int(Double(picture.height) * down * scale))
                        try daemon.drop(
                            picture.resized(to: size).encodeJPEG(quality: 90),
                            at: "learn/gate/p\(place)\(press)/\(number).jpg")
                    }
                }
            }
            try daemon.drop(Array("no picture".utf8), at: "learn/gate/p00/notes.jpg")
        }

        private func learned(_ filed: Filed) throws -> LearningResult {
            guard case .learn(let result)? = filed.report.result else {
                throw Disappointment("nothing was learned:\n\(filed.text)")
            }
            return result
        }

        @Test func whateverBreaksItOffWhatIsLearnedIsTheSame() async throws {
            let quick = ["LIMNER_INTAKE_STABILITY": "100ms", "LIMNER_FACES_MINIMUM_QUALITY": "0"]
            let calm = try await LiveDaemon(quick)
            try drop(into: calm)
            let undisturbed = try await calm.settle(1)[0]
            let first = try learned(undisturbed)
            #expect(undisturbed.report.source == "learn/gate" && first.name == "learned:gate")
            #expect(first.pictures == 40 && first.unusable.map(\.error.code) == [.pictureNotAPicture])
            #expect(first.resumedFrom == nil)
            #expect(calm.files(in: calm.folders.inbox).isEmpty)
            #expect(calm.files(in: calm.folders.done).contains { $0.hasSuffix("/p00-0.jpg") })

            let daemon = try await LiveDaemon(
                quick.merging(["LIMNER_CHECKPOINTS_INTERVAL": "20ms", "LIMNER_RETRIES_MAX": "20"]) { $1 })
            try drop(into: daemon)
            func kept(_ name: String) async throws {
                try await eventually("\(name) is kept", within: 120, log: daemon.folders.root + "/daemon.log") {
                    daemon.files(in: daemon.folders.checkpoints).contains { $0.hasSuffix(name) }
                }
            }
            // While pictures are read, the worker; while a head is learned, the daemon.
            try await kept("faces.json")
            for worker in daemon.workers { kill(worker, SIGKILL) }
            try await kept("learning.safetensors")
            daemon.end(SIGKILL)
            try await daemon.start()
            let filed = try await daemon.settle(1)[0]
            let result = try learned(filed)
            #expect(result.resumedFrom != nil, "\(filed.text)")
            #expect(result.figures == first.figures && result.losses == first.losses && result.why == first.why)
            #expect(result.unusable == first.unusable && result.doubtful == first.doubtful)
            #expect(filed.report.inputs == undisturbed.report.inputs)
            #expect(filed.report.outputs == undisturbed.report.outputs)
            #expect(daemon.files(in: daemon.folders.checkpoints).isEmpty, "nothing is left of it")
        }
    }

    /// A folder of pictures of one style that is dropped becomes a style, whatever breaks that off.
    @Suite(.serialized) struct StyleLearningTests {
        @Test func aFolderBecomesAStyleThatPaints() async throws {
            // Beside what was sent, the store's, of which one is no photograph.
            let scratch = try Scratch()
            defer { withExtendedLifetime(scratch) {} }
            let models = try store(in: scratch, photographs: ["notes.jpg": Array("no picture".utf8)])
            let daemon = try await LiveDaemon([
                "LIMNER_INTAKE_STABILITY": "100ms", "LIMNER_CHECKPOINTS_INTERVAL": "20ms",
                "LIMNER_RETRIES_MAX": "20", "LIMNER_MODELS": models,
            ])
            let manifest = #"""
                {"limner": 1, "kind": "learn", "inputs": ["stripes.png"],
                 "options": {"subject": "style", "name": "wave", "steps": 12,
                             "photographs": ["own/china.jpg", "own/empty.jpg"]}}
                """#
            try daemon.drop(Assets.sample("china.jpg"), at: "new/own/china.jpg")
            try daemon.drop([], at: "new/own/empty.jpg")
            try daemon.drop(style, at: "new/stripes.png")
            try daemon.drop(Array(manifest.utf8), at: "new/wave.json")
            try await eventually("it is kept", within: 120, log: daemon.folders.root + "/daemon.log") {
                daemon.files(in: daemon.folders.checkpoints).contains { $0.hasSuffix("style.safetensors") }
            }
            daemon.end(SIGKILL)
            try await daemon.start()
            let filed = try await daemon.settle(1)[0]
            guard case .learnStyle(let result)? = filed.report.result else { throw Disappointment(filed.text) }
            #expect(result.name == "wave" && result.steps == 12 && result.resumedFrom != nil, "\(filed.text)")
            #expect(result.pictures == 1 && result.photographs == 1, "\(filed.text)")
            #expect(result.unusable.map(\.error.code) == [.pictureNotAPicture, .pictureEmpty], "\(filed.text)")
            #expect(result.unusable.map(\.picture) == [models + "/photographs/notes.jpg", "own/empty.jpg"])
            #expect(filed.report.inputs.contains { $0.role == .photograph && $0.path == "own/china.jpg" })
            #expect(result.pages == ["page.png", "page.json"] && result.accepted == (result.recipe != nil))
            #expect(daemon.files(in: daemon.folders.checkpoints).isEmpty, "nothing is left of it")
            guard result.accepted else { throw Disappointment(filed.text) }

            // It is a style by now, and the job's folder has the same.
            for output in filed.report.outputs {
                let (copy, own) = ("\(daemon.folders.styles)/wave/\(output.name)", "\(filed.folder)/\(output.name)")
                #expect(FileManager.default.contentsEqual(atPath: copy, andPath: own), "\(output.name)")
            }
            try daemon.drop(Assets.sample("flower.jpg"), at: "stylize/wave/b.jpg")
            let painted = try await daemon.settle(2).of("b.jpg")
            #expect(painted.report.status == .done && painted.report.models.map(\.id) == ["arbitrary-transform"])

            // Its name is taken from now on; and what is not made anew has no width.
            try daemon.drop(Assets.sample("flower.jpg"), at: "again/flower.jpg")
            try daemon.drop(
                Array(
                    #"{"limner": 1, "kind": "learn", "inputs": ["flower.jpg"], "options": {"subject": "style", "name": "wave"}}"#
                        .utf8), at: "again/taken.json")
            let taken = try await daemon.settle(3).of("taken.json").report
            #expect(taken.error?.code == .optionInvalid && taken.error?.message.contains("'wave' already") == true)
            try daemon.drop(Assets.sample("flower.jpg"), at: "narrow/flower.jpg")
            try daemon.drop(
                Array(
                    #"{"limner": 1, "kind": "learn", "inputs": ["flower.jpg"], "options": {"subject": "style", "name": "slim", "width": 0.5}}"#
                        .utf8), at: "narrow/narrow.json")
            let narrow = try await daemon.settle(4).of("narrow.json").report
            #expect(narrow.error?.code == .optionInvalid && narrow.error?.message.contains("width") == true)
        }

        /// Of which twelve steps learn something.
        private let style: [UInt8]

        init() throws { style = try Assets.stripes(side: 256, band: 8) }

        /// The folder `models` with the networks and photographs of its own: each is judged by paintings of half a minute.
        private func store(in scratch: Scratch, photographs: [String: [UInt8]]) throws -> String {
            let models = scratch.path + "/models"
            try FileManager.default.createDirectory(
                atPath: models + "/photographs", withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: models + "/originals", withDestinationPath: Assets.models + "/originals")
            for (name, bytes) in photographs { try scratch.write("models/photographs/\(name)", bytes) }
            return models
        }

        /// A picture of a style and a photograph, and a command that learns the one on the other.
        private func scene(_ name: String, _ more: [String]) throws -> (scratch: Scratch, command: [String]) {
            let (scratch, photograph) = (try Scratch(), try Assets.sample("china.jpg"))
            try scratch.write("stripes.png", style)
            try scratch.write("china.jpg", photograph)
            let models = try store(in: scratch, photographs: ["china.jpg": photograph])
            return (
                scratch,
                [
                    "learn", "style", "stripes.png", "--name", name, "--styles", "styles", "--models", models,
                    "--set", "checkpoints.interval=20ms", "--json",
                ] + more
            )
        }

        /// On the command line: killed, the same command goes on.
        @Test func aCommandLearnsAStyleToo() async throws {
            let (scratch, wave) = try scene("wave", ["--steps", "12"])
            let limner = try scratch.start(wave)
            try await eventually("it is kept", within: 120) {
                !scratch.bytes("styles/.wave.learning/style.safetensors").isEmpty
            }
            for process in limner.children + [limner.processIdentifier] { kill(process, SIGKILL) }
            limner.waitUntilExit()
            let learned = try result(scratch.limner(wave))
            #expect(learned.steps == 12 && learned.resumedFrom != nil && learned.accepted, "\(learned)")
            #expect(!scratch.bytes("styles/wave/style.json").isEmpty && !scratch.bytes("styles/wave/page.png").isEmpty)
            let answer = try scratch.limner(["stylize", "china.jpg", "--style", "wave", "-o", "out.jpg"])
            #expect(answer.code == 0 && answer.output.contains("one pass"), "\(answer)")
        }

        /// Of a network that is no better after a few steps.
        @Test func ofWhatIsNoBetterThePageIsLeft() throws {
            let (scratch, command) = try scene("slim", ["--depth", "new", "--width", "0.1", "--steps", "2"])
            let slim = try result(scratch.limner(command))
            #expect(slim.steps == 2 && !slim.accepted, "\(slim)")
            #expect(!scratch.bytes("styles/.slim.learning/page.png").isEmpty)
            #expect(!FileManager.default.fileExists(atPath: scratch.path + "/styles/slim"))
        }

        @Test(arguments: LearningDepth.allCases.filter { !LearningSubject.style.depths.contains($0) })
        func aDepthOfFacesAloneIsRefused(depth: LearningDepth) throws {
            let (scratch, command) = try scene("wave", ["--depth", depth.rawValue])
            let answer = try scratch.limner(command)
            #expect(answer.code == 64 && answer.error.contains(#"a style has "all" or "new""#), "\(answer.error)")
        }

        private func result(_ answer: Programs.Answer) throws -> StyleLearningResult {
            #expect(answer.code == 0, "\(answer.error)")
            return try WireJSON.decode(StyleLearningResult.self, from: Data(answer.output.utf8))
        }
    }

    /// Corrections through the inbox, of answers by the real networks.
    @Suite struct FeedbackTests {
        @Test func aDenialHoldsForTheSamePictureSavedAnew() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Assets.sample("obama.jpg"), at: "enroll/Obama/a.jpg")
            try daemon.drop(Assets.sample("biden.jpg"), at: "enroll/Biden/b.jpg")
            _ = try await daemon.settle(2)
            try daemon.drop(Assets.sample("obama2.jpg"), at: "identify/who.jpg")
            try daemon.drop(Assets.sample("astronaut.png"), at: "identify/stranger.png")
            let reports = try await daemon.settle(4)
            let asked = try reports.of("who.jpg").report.id
            let stranger = try reports.of("stranger.png").report.id
            #expect(try reports.of("who.jpg").identification?.pictures.first?.faces.first?.person == "Obama")
            let corrections = [
                ("deny", asked, 1, "Obama"), ("confirm", stranger, 1, "Biden"), ("deny", asked, 7, "Obama"),
            ].map {
                #"{"verdict": "\#($0.0)", "job": "\#($0.1)", "face": \#($0.2), "person": "\#($0.3)"}"#
            }.joined(separator: ", ")
            let manifest = #"{"limner": 1, "kind": "feedback", "options": {"corrections": [\#(corrections)]}}"#
            try daemon.drop(Array(manifest.utf8), at: "reviewed.json")
            let filed = try await daemon.settle(5).of("reviewed.json")
            guard case .feedback(let made)? = filed.report.result else { throw Disappointment(filed.text) }
            #expect(made.corrections.map(\.templates) == [0, 1, nil])
            #expect(made.corrections.map { $0.error?.code } == [nil, nil, .faceUnknown])
            let schema = try JSONSchema(named: "retrospect")
            for (job, person) in [(asked, nil), (stranger, "Biden")] {
                let file = daemon.folders.outbox(of: job) + "/retrospect.json"
                try await eventually("\(job) is answered anew", log: daemon.folders.root + "/daemon.log") {
                    FileManager.default.fileExists(atPath: file)
                }
                let json = try Data(contentsOf: URL(fileURLWithPath: file))
                #expect(try schema.violations(in: json) == [])
                let last = try #require(try WireJSON.decode(Retrospect.self, from: json).additions.last)
                #expect(last.person == person && (last.decision == .match) == (person != nil), "\(last)")
                #expect(last.candidate?.person != "Obama")
            }
            try daemon.drop(Assets.samplePicture("obama2.jpg").encodeJPEG(quality: 80), at: "identify/anew.jpg")
            let face = try await daemon.settle(6).of("anew.jpg").identification?.pictures.first?.faces.first
            #expect(face?.denied == ["Obama"] && face?.person == nil)
            let shown = try Programs.run(
                Programs.limner, ["show", filed.report.id.text, "--root", daemon.folders.root])
            #expect(shown.output.contains("face 1 of \(asked) is not Obama's"), "\(shown.output)")
        }
    }
}
