import Foundation
import Gallery
import Glibc
import Pictures
import Testing
import Wire

extension EndToEnd {
    /// The commands that need no daemon, through the real worker and the real networks.
    @Suite struct ForegroundTests {
        private struct Comparison: Decodable {
            var inputs: [InputFacts]
            var faces: [DetectedFace]
            var qualities: [Double]
            var minimumQuality: Double
            var warnings: [FaceWarning]?
            var comparison: FaceComparison
            var models: [ModelFacts]
        }

        private struct Line: Decodable {
            var input: InputFacts
            var faces: [FacesAnswer.Face]
            var models: [ModelFacts]
            var error: ReportError?
        }

        private func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
            try WireJSON.decode(type, from: Data(text.utf8))
        }

        // MARK: compare

        @Test(arguments: [("obama2.jpg", FaceDecision.match), ("biden.jpg", .unknown)])
        func twoPhotographsAreCompared(_ other: String, _ decision: FaceDecision) throws {
            let scratch = try Scratch()
            try scratch.write("a.jpg", Assets.sample("obama.jpg"))
            try scratch.write("b.jpg", Assets.sample(other))
            let answer = try scratch.limner(["compare", "a.jpg", "b.jpg", "--json"])
            #expect(answer.code == 0, "\(answer.error)")
            let result = try decode(Comparison.self, answer.output)
            #expect(result.comparison.decision == decision)
            #expect((result.comparison.cosine >= result.comparison.threshold) == (decision == .match))
            #expect(abs(result.comparison.l2 - (2 - 2 * result.comparison.cosine).squareRoot()) < 1e-3)
            #expect(result.inputs.map(\.path) == ["a.jpg", "b.jpg"])
            #expect(result.faces.count == 2)
            #expect(result.models.map(\.id).contains("sface-2021dec"))
            #expect(answer.error.isEmpty)
        }

        @Test func aFaceThatShowsTooLittleIsSaidToDoSo() throws {
            let scratch = try Scratch()
            try scratch.write("a.jpg", Assets.sample("obama.jpg"))
            let sharp = try Assets.samplePicture("obama2.jpg")
            let few = PixelSize(width: sharp.width / 40, height: sharp.height / 40)
            try scratch.write(
                "blurred.png", sharp.resized(to: few).resized(to: PixelSize(width: 320, height: 614)).encodePNG())
            let json = try scratch.limner(["compare", "a.jpg", "blurred.png", "--json"])
            let result = try decode(Comparison.self, json.output)
            #expect(result.qualities.count == 2 && result.qualities[0] >= result.minimumQuality)
            #expect(result.qualities[1] < result.minimumQuality && result.warnings == [.qualityLow])
            #expect(result.comparison.decision != .match && result.comparison.likelihoodRatio == nil)
            #expect(result.comparison.probability == nil && result.comparison.calibratedBy == nil)
            let text = try scratch.limner(["compare", "a.jpg", "blurred.png"]).output
            #expect(
                text.contains("at least 0.15 for a match") && text.contains("blurred.png shows too little"), "\(text)")
            #expect(text.contains("decision   \(result.comparison.decision.rawValue)") && !text.contains("evidence"))
        }

        @Test func theThresholdDecides() throws {
            let scratch = try Scratch()
            try scratch.write("a.jpg", Assets.sample("obama.jpg"))
            try scratch.write("b.jpg", Assets.sample("obama2.jpg"))
            let answer = try scratch.limner(["compare", "a.jpg", "b.jpg", "--threshold", "0.999"])
            #expect(answer.code == 0)
            for words in ["distance", "cosine", "threshold  0.9990", "review"] {
                #expect(answer.output.contains(words), "\(answer.output)")
            }
            #expect(try scratch.limner(["compare", "a.jpg", "b.jpg", "--threshold", "7"]).code == 64)
        }

        @Test func whatCannotBeComparedIsSaidInTwoLines() throws {
            let scratch = try Scratch()
            try scratch.write("a.jpg", Assets.sample("obama.jpg"))
            try scratch.write("scene.jpg", Assets.scene())
            let faceless = try scratch.limner(["compare", "a.jpg", "scene.jpg"])
            #expect(faceless.code == 1)
            #expect(faceless.error.contains("no-face"), "\(faceless.error)")
            #expect(faceless.error.contains("scene.jpg"))
            #expect(!faceless.error.contains(scratch.path), "\(faceless.error)")
            #expect(faceless.error.split(separator: "\n").count == 2, "\(faceless.error)")
            struct Failure: Decodable { var error: ReportError }
            let json = try scratch.limner(["compare", "a.jpg", "scene.jpg", "--json"])
            #expect(json.code == 1 && json.error.contains("no-face"))
            #expect(try decode(Failure.self, json.output).error.code == .noFace, "\(json.output)")
            let missing = try scratch.limner(["compare", "a.jpg", "absent.jpg"])
            #expect(missing.code == 66)
            #expect(missing.error.contains("absent.jpg"))
        }

        // MARK: faces

        @Test func oneBadFileDoesNotStopTheRest() throws {
            let scratch = try Scratch()
            let portrait = try Assets.sample("obama.jpg")
            try scratch.write("one.jpg", portrait)
            try scratch.write("cut.jpg", Array(portrait.prefix(portrait.count / 2)))
            try scratch.write("note.jpg", Array("no picture at all".utf8))
            try scratch.write("bomb.jpg", Assets.enormousHeader())
            try scratch.write("two.jpg", Assets.group("obama.jpg", "biden.jpg"))
            let files = ["one.jpg", "cut.jpg", "note.jpg", "absent.jpg", "bomb.jpg", "two.jpg"]
            let answer = try scratch.limner(["faces"] + files + ["--templates", "--json"])
            #expect(answer.code == 1)
            let lines = try answer.output.split(separator: "\n").map { try decode(Line.self, String($0)) }
            #expect(lines.map(\.input.path) == files)
            #expect(lines.map(\.faces.count) == [1, 0, 0, 0, 0, 2])
            #expect(
                lines.map(\.error?.code) == [
                    nil, .pictureTruncated, .pictureNotAPicture, .pictureMissing, .pictureTooLarge, nil,
                ])
            for template in (lines[0].faces + lines[5].faces).map(\.template) {
                let template = try #require(template)
                #expect(template.count == 128)
                #expect(abs(template.reduce(0) { $0 + $1 * $1 } - 1) < 1e-3)
            }
            #expect(!answer.output.contains(scratch.path))
            for file in files[1...4] { #expect(answer.error.contains("limner: \(file): ")) }
        }

        @Test func facesOfGoodFilesAreAnsweredInText() throws {
            let scratch = try Scratch()
            try scratch.write("one.jpg", Assets.sample("obama.jpg"))
            try scratch.write("scene.jpg", Assets.scene())
            let answer = try scratch.limner(["faces", "one.jpg", "scene.jpg"])
            #expect(answer.code == 0, "\(answer.error)")
            #expect(answer.output.hasPrefix("one.jpg: 1 face\n"))
            #expect(answer.output.hasSuffix("scene.jpg: no face\n"))
        }

        // MARK: models

        @Test func modelsAreListedAndVerified() throws {
            let scratch = try Scratch()
            for action in ["list", "verify"] {
                let answer = try scratch.limner(["models", action, "--json"])
                #expect(answer.code == 0, "\(answer.error)")
                let models = try decode([ModelsAnswer.Entry].self, answer.output)
                #expect(models.count >= 8)
                #expect(models.allSatisfy { $0.state == .present })
                #expect(models.allSatisfy { $0.sha256.count == 64 && !$0.licence.isEmpty && !$0.origin.isEmpty })
            }
            let text = try scratch.limner(["models"]).output
            for word in ["yunet-2023mar", "vgg19", "SHA-256", "MIT"] { #expect(text.contains(word), "\(word)") }
        }

        /// As `limner … | head` does; and a disk that is full of the answer.
        @Test func anAnswerThatNobodyTakesIsNoCrash() throws {
            func end(_ redirection: String) throws -> Programs.Answer {
                try Programs.run(
                    URL(fileURLWithPath: "/bin/bash"),
                    [
                        "-c",
                        "trap '' PIPE; \(Programs.limner.path) styles show ember-red \(redirection); echo ${PIPESTATUS[0]}",
                    ])
            }
            let pipe = try end("| true")
            #expect(["0\n", "141\n"].contains(pipe.output), "\(pipe)")
            let full = try end("> /dev/full")
            #expect(full.error.contains("No space left") && full.output == "73\n", "\(full)")
        }

        @Test func missingModelsAreSaid() throws {
            let scratch = try Scratch()
            let empty = ["LIMNER_MODELS": scratch.path + "/store"]
            let verified = try scratch.limner(["models", "verify", "--json"], environment: empty)
            #expect(verified.code == 1)
            let models = try decode([ModelsAnswer.Entry].self, verified.output)
            #expect(models.allSatisfy { $0.state == .missing && $0.problem?.contains("deploy/fetch-models") == true })
            try scratch.write("a.jpg", Assets.sample("obama.jpg"))
            let compared = try scratch.limner(["compare", "a.jpg", "a.jpg"], environment: empty)
            #expect(compared.code == 1)
            #expect(compared.error.contains("model-missing"))
            try scratch.write("fake.onnx", Array("not a model".utf8))
            let imported = try scratch.limner(["models", "import", "fake.onnx"], environment: empty)
            #expect(imported.code == 1)
            #expect(imported.error.contains("fake.onnx"), "\(imported.error)")
        }

        // MARK: gallery

        @Test func aGalleryGoesRound() async throws {
            let scratch = try Scratch()
            do {
                let daemon = try await LiveDaemon()
                try daemon.drop(Assets.sample("obama.jpg"), at: "enroll/Obama/a.jpg")
                try daemon.drop(Assets.sample("biden.jpg"), at: "enroll/Biden/b.jpg")
                _ = try await daemon.settle(2)
                func gallery(_ arguments: String...) throws -> Programs.Answer {
                    try scratch.limner(["gallery"] + arguments, root: daemon.folders.root)
                }
                #expect(try people(gallery("list", "--json")) == ["Biden", "Obama"])
                #expect(try gallery("show", "Obama").output.hasPrefix("Obama: 1 template\n"))
                #expect(try gallery("rename", "Obama", "Barack").code == 0)
                #expect(try gallery("rename", "Barack", "Biden").code == 1)
                #expect(try people(gallery("list", "--json")) == ["Barack", "Biden"])
                let unknown = try gallery("show", "Obama")
                #expect(unknown.code == 1)
                #expect(unknown.error.contains("person-unknown"))
                #expect(try gallery("export", "all.json").output.contains("all.json"))
                #expect(try gallery("remove", "Biden").code == 0)
                #expect(try people(gallery("list", "--json")) == ["Barack"])
                #expect(try gallery("import", "all.json").code == 0)
                #expect(try people(gallery("list", "--json")) == ["Barack", "Biden"])
            }
            let elsewhere = scratch.path + "/elsewhere"
            for arguments in [["gallery", "list"], ["gallery", "show", "Biden"]] {
                let missing = try scratch.limner(arguments, root: elsewhere)
                #expect(missing.code == 69 && missing.error.contains("there is no folder"), "\(missing.error)")
            }
            #expect(!FileManager.default.fileExists(atPath: elsewhere))
            let bare = scratch.path + "/bare"
            try FileManager.default.createDirectory(atPath: bare, withIntermediateDirectories: true)
            #expect(try scratch.limner(["gallery", "list"], root: bare).output == "nobody is enrolled\n")
            let empty = try scratch.limner(["gallery", "show", "Biden"], root: bare)
            #expect(empty.code == 1 && empty.error.contains("gallery-empty"), "\(empty.error)")
            #expect(try scratch.limner(["gallery", "import", "all.json"], root: elsewhere).code == 0)
            #expect(try people(scratch.limner(["gallery", "list", "--json"], root: elsewhere)) == ["Barack", "Biden"])
            try scratch.write("broken.json", Array(#"{"people": 3}"#.utf8))
            let broken = try scratch.limner(["gallery", "import", "broken.json"], root: elsewhere)
            #expect(broken.code == 1)
            #expect(!broken.error.contains(scratch.path + "/broken.json"), "\(broken.error)")
        }

        /// What was answered is corrected, and the correction holds for the same picture saved anew.
        @Test func aGalleryIsCorrected() async throws {
            let scratch = try Scratch()
            let daemon = try await LiveDaemon()
            func gallery(_ arguments: String...) throws -> Programs.Answer {
                try scratch.limner(["gallery"] + arguments, root: daemon.folders.root)
            }
            try daemon.drop(Assets.sample("obama.jpg"), at: "enroll/Obama/a.jpg")
            _ = try await daemon.settle(1)
            try daemon.drop(Assets.sample("obama2.jpg"), at: "identify/one.jpg")
            try daemon.drop(Assets.sample("biden.jpg"), at: "identify/other.jpg")
            let first = try await daemon.settle(3)
            let (one, other) = try (first.of("one.jpg"), first.of("other.jpg"))
            #expect(one.identification?.pictures[0].faces.map(\.person) == ["Obama"])
            #expect(one.identification?.pictures[0].faces.map(\.number) == [1])
            let denied = try gallery("deny", one.report.id.text, "1", "Obama")
            #expect(denied.code == 0 && denied.output == "face 1 is not Obama's\n", "\(denied)")
            let forgotten = try gallery("confirm", one.report.id.text, "9", "Obama")
            #expect(forgotten.code == 1 && forgotten.error.contains("face-unknown"), "\(forgotten)")
            try daemon.drop(Assets.sample("obama2.jpg"), at: "verify/Obama/claim.jpg")
            let claim = try #require(await daemon.settle(4).of("claim.jpg").verification?.probes.first)
            #expect(
                claim.comparison.decision == .unknown && claim.warnings == [.denied] && claim.number == 1, "\(claim)")
            #expect(try gallery("unknowns").output.contains(other.report.id.text))
            #expect(try gallery("name", other.report.id.text, "1", "Biden").output == "Biden has 1 template more\n")
            try daemon.drop(Assets.group("obama2.jpg", "biden.jpg"), at: "identify/anew.jpg")
            let faces = try #require(await daemon.settle(5).of("anew.jpg").identification?.pictures[0].faces)
            let byPlace = faces.sorted { $0.face.box.x < $1.face.box.x }
            #expect(
                byPlace.map(\.person) == [nil, "Biden"] && byPlace.map(\.denied) == [["Obama"], nil], "\(byPlace)")
            try await eventually("the reports are added to", log: daemon.folders.root + "/daemon.log") {
                try scratch.limner(["show", other.report.id.text], root: daemon.folders.root).output
                    .contains("face 1: Biden, confirmed")
            }
            let explained = try scratch.limner(["faces", "explain"], root: daemon.folders.root)
            #expect(explained.output.contains(" seen, N = 2"), "\(explained)")
            let asked = try scratch.limner(["faces", "explain", "--set", "faces.fpir=0.05"], root: daemon.folders.root)
            #expect(asked.output.contains("at most 5 % of strangers"), "a daemon answers by other settings: \(asked)")
            let told = try gallery("list", "--set", "faces.fpir=0.05")
            #expect(told.code == 0 && told.error.contains("--set did not reach it"), "\(told)")
            let found = try scratch.limner(["gallery", "list", "--set", "root=\(daemon.folders.root)"])
            #expect(found.code == 0 && !found.error.contains("--set did not reach it"), "\(found)")
            let export = daemon.folders.root + "/export.json"
            #expect(try gallery("export", export).code == 0)
            let mode = try FileManager.default.attributesOfItem(atPath: export)[.posixPermissions] as? Int
            #expect(mode == 0o600, "faces are for nobody else to read")
            #expect(try gallery("merge", "Biden", "Obama").code == 0)
            #expect(try gallery("undo").output == "taken back: Biden was merged into Obama\n")
            let erased = try gallery("erase", "Biden", "--json")
            let receipt = try #require(try decode(GalleryAnswer.self, erased.output).erased)
            #expect(receipt.templates == 1 && receipt.remembered == 2 && !receipt.searched.isEmpty, "\(receipt)")
            #expect(try people(gallery("list", "--json")) == ["Obama"])
            #expect(try gallery("undo").error.contains("nothing-to-undo"))
        }

        private struct Gallery: Decodable { var people: [GalleryAnswer.Person] }

        private func people(_ answer: Programs.Answer) throws -> [String] {
            #expect(answer.code == 0, "\(answer.error)")
            return try decode(Gallery.self, answer.output).people.map(\.name).sorted()
        }
    }
}
