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
            #expect(try scratch.limner(["gallery", "list"], root: elsewhere).output == "nobody is enrolled\n")
            #expect(!FileManager.default.fileExists(atPath: elsewhere))
            let empty = try scratch.limner(["gallery", "show", "Biden"], root: elsewhere)
            #expect(empty.code == 1)
            #expect(empty.error.contains("gallery-empty"))
            #expect(try scratch.limner(["gallery", "import", "all.json"], root: elsewhere).code == 0)
            #expect(try people(scratch.limner(["gallery", "list", "--json"], root: elsewhere)) == ["Barack", "Biden"])
            try scratch.write("broken.json", Array(#"{"people": 3}"#.utf8))
            let broken = try scratch.limner(["gallery", "import", "broken.json"], root: elsewhere)
            #expect(broken.code == 1)
            #expect(!broken.error.contains(scratch.path + "/broken.json"), "\(broken.error)")
        }

        private struct Gallery: Decodable { var people: [GalleryAnswer.Person] }

        private func people(_ answer: Programs.Answer) throws -> [String] {
            #expect(answer.code == 0, "\(answer.error)")
            return try decode(Gallery.self, answer.output).people.map(\.name).sorted()
        }
    }
}
