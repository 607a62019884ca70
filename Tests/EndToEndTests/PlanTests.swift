import Foundation
import Pictures
import Testing
import Wire

extension EndToEnd {
    /// What a job comes to is the worker's word: headers, the style's recipe and the settings, before anything is decoded.
    @Suite struct PlanTests {
        private struct Answer: Decodable {
            var input: String
            var plan: WorkerPlan?
            var error: ReportError?
        }

        /// A studio with the style `stripes` and whatever `recipe` says as the style `recipe`.
        private func studio(recipe: String? = nil) throws -> Scratch {
            let scratch = try Scratch()
            try scratch.write("c.jpg", Assets.scene())
            try FileManager.default.createDirectory(
                atPath: scratch.path + "/styles/recipe", withIntermediateDirectories: true)
            try scratch.write("styles/stripes.png", Assets.stripes())
            try scratch.write("styles/recipe/stripes.png", Assets.stripes())
            if let recipe { try scratch.write("styles/recipe/style.json", Array(recipe.utf8)) }
            return scratch
        }

        private func plan(_ scratch: Scratch, style: String, _ more: [String] = []) throws -> WorkerPlan {
            let answer = try scratch.limner(
                ["submit", "c.jpg", "--as", "stylize", "--style", style, "--dry-run", "--json"] + more)
            #expect(answer.code == 0, "\(answer.error)")
            let told = try WireJSON.decode(Answer.self, from: Data(answer.output.utf8))
            #expect(told.input == "c.jpg")
            return try #require(told.plan)
        }

        @Test func aRecipesSizeIsSeen() throws {
            let scratch = try studio(
                recipe: #"{"pictures": ["stripes.png"], "options": {"size": 4096, "upscale": true, "iterations": 7}}"#)
            let before = scratch.names
            let large = try plan(scratch, style: "recipe", ["--set", "stylize.oversize=run"])
            let usual = try plan(scratch, style: "stripes")
            #expect(large.outputs.map { max($0.width, $0.height) } == [4096])
            #expect(large.memoryBytes > 10 << 30)
            #expect(large.memoryBytes > 10 * usual.memoryBytes)
            #expect(usual.outputs.map { max($0.width, $0.height) } == [160], "never enlarged unless asked")
            let options = large.task.options
            #expect(options.size == 4096)
            #expect(options.iterations == 7)
            #expect(options.network == .vgg19)
            #expect(options.styleWeight != nil)
            #expect(scratch.names == before, "a dry run leaves nothing behind")
        }

        @Test func onePassIsSeen() throws {
            let scratch = try studio(recipe: #"{"pictures": ["stripes.png"], "options": {"preset": "fast"}}"#)
            let optimised = try plan(scratch, style: "stripes")
            for (style, network) in [("recipe", StyleNetworkName.arbitrary), ("numbered-3", .multistyle26)] {
                let plan = try plan(scratch, style: style)
                #expect(plan.memoryBytes < optimised.memoryBytes)
                #expect(plan.seconds < optimised.seconds)
                let options = plan.task.options
                #expect(options.network == network)
                #expect(options.iterations == nil)
            }
        }

        /// 285 MiB leave some 30 for an output of 1,100 bytes a pixel.
        @Test func aPaintingIsMadeAsLargeAsFits() throws {
            let scratch = try studio()
            try scratch.write("c.jpg", Assets.scene(longSide: 600))
            let limit = ["--size", "512", "--set", "workers.memoryLimitMB=285"]
            let scaled = try plan(scratch, style: "stripes", limit)
            #expect(scaled.scaledFrom == 512)
            #expect(scaled.memoryBytes <= 285 << 20)
            #expect(scaled.outputs.allSatisfy { (100..<300).contains(max($0.width, $0.height)) }, "\(scaled.outputs)")
            let asked = try plan(scratch, style: "stripes", limit + ["--set", "stylize.oversize=run"])
            #expect(asked.scaledFrom == nil)
            #expect(asked.outputs.map { max($0.width, $0.height) } == [512])
            #expect(asked.memoryBytes > 285 << 20)
        }

        /// What fits whole is whole: the estimate is no more than what such a limit is enough for.
        @Test func aPaintingThatFitsIsNotMadeSmaller() throws {
            let scratch = try studio()
            func limit(_ mebibytes: Int) -> [String] { ["--set", "workers.memoryLimitMB=\(mebibytes)"] }
            let work = ["stylize", "c.jpg", "--style", "stripes", "--preset", "draft", "--iterations", "2"]
            let painted = try scratch.limner(work + ["-o", "o.png"] + limit(300))
            #expect(painted.code == 0, "\(painted.error)")
            #expect(painted.output.hasPrefix("o.png: 160x") && !painted.output.contains("asked for"))
            let enlarged = ["--preset", "fast", "--size", "4000", "--upscale"]
            let pass = try plan(scratch, style: "stripes", enlarged + limit(100))
            #expect(pass.scaledFrom == 4000)
            #expect(pass.outputs.allSatisfy { (400..<600).contains(max($0.width, $0.height)) }, "\(pass.outputs)")
        }

        /// Hypercolumns are compared at as many places whatever the size.
        @Test func theTimeOfHypercolumnsIsCounted() throws {
            let scratch = try studio()
            let work = ["--preset", "draft", "--optimizer", "adam", "--style-loss"]
            let sampled = try plan(scratch, style: "stripes", work + ["strotss"])
            #expect(try sampled.seconds > 2 * plan(scratch, style: "stripes", work + ["wasserstein"]).seconds)
        }

        @Test func aPaintingThatHasNoRoomEvenSmallIsRefused() throws {
            let scratch = try studio()
            let work = [
                "stylize", "c.jpg", "--style", "stripes", "-o", "o.png", "--set", "workers.memoryLimitMB=200",
            ]
            for more in [[], ["--dry-run"]] {
                let answer = try scratch.limner(work + more)
                #expect(answer.code == 1 && answer.error.contains("too-little-memory"), "\(answer.error)")
                #expect(answer.error.contains("Even of 64 pixels, the painting needs about 2"), "\(answer.error)")
            }
            #expect(!scratch.names.contains("o.png"))
            let asked = try scratch.limner(work + ["--dry-run", "--set", "stylize.oversize=run"])
            #expect(asked.code == 0 && asked.output.contains("160x"), "\(asked.output)")
        }

        /// Of a large JPEG an eighth of each side is decoded for a small painting; of a progressive one all is held, and told of.
        @Test func whatIsDecodedIsCounted() throws {
            let scratch = try studio()
            let work = ["--preset", "fast", "--size", "400", "--set", "workers.memoryLimitMB=400"]
            try scratch.write("c.jpg", Assets.largeHeader(isProgressive: false))
            let plan = try plan(scratch, style: "stripes", work)
            #expect(plan.scaledFrom == nil && plan.memoryBytes < 200 << 20, "\(plan)")
            try scratch.write("c.jpg", Assets.largeHeader(isProgressive: true))
            let refused = try scratch.limner(["stylize", "c.jpg", "--style", "stripes", "-o", "o.png"] + work)
            #expect(refused.code == 1 && refused.error.contains("too-little-memory"), "\(refused.error)")
            #expect(refused.error.contains("c.jpg of 12000 × 8000 pixels takes the most, 733 MiB"), "\(refused.error)")
        }

        /// Colours of transparent pixels are looked for in floats, before a style is made smaller.
        @Test func transparencyIsCounted() throws {
            let scratch = try studio()
            let side = 1024
            func estimate(_ channels: Picture.Channels) throws -> Int64 {
                let pixels = [UInt8](repeating: 90, count: side * side * channels.count)
                let style = Picture(width: side, height: side, channels: channels, pixels: pixels)
                try scratch.write("s.png", style.encodePNG())
                let told = try scratch.limner([
                    "stylize", "c.jpg", "--style", "s.png", "--preset", "fast", "-o", "o.png", "--dry-run", "--json",
                ])
                return try #require(try WireJSON.decode(Answer.self, from: Data(told.output.utf8)).plan).memoryBytes
            }
            #expect(try estimate(.rgba) - estimate(.rgb) > 20 << 20)
        }

        /// 310 MiB hold the features of some 380 pixels a side, and no more.
        @Test func aPaintingInPartsIsToldBeforehand() throws {
            let scratch = try studio()
            try scratch.write("c.jpg", Assets.scene(longSide: 600))
            try scratch.write("s.png", Assets.stripes())
            for (size, parts) in [("128", false), ("384", true)] {
                let work = [
                    "stylize", "c.jpg", "--style", "s.png", "--preset", "draft", "--iterations", "1", "--scales", "1",
                    "--size", size, "--set", "workers.memoryLimitMB=310", "-o", "o.png",
                ]
                let told = try scratch.limner(work + ["--dry-run", "--json"])
                let plan = try WireJSON.decode(Answer.self, from: Data(told.output.utf8)).plan
                #expect(plan?.outputs.map { $0.parts == true } == [parts], "\(told)")
                #expect(plan?.outputs.map(\.optimizer) == [parts ? StyleOptimizer.adam : nil])
                #expect(plan?.outputs.map(\.scales) == [[.init(size: Int(size) ?? 0, iterations: 1)]])
                let words = ", in parts, by adam,"
                #expect(try scratch.limner(work + ["--dry-run"]).output.contains(words) == parts)
                let painted = try scratch.limner(work)
                #expect(painted.code == 0 && painted.output.contains(words) == parts, "\(painted)")
            }
        }

        /// Of a recipe that looks for regions, and a film, which has none that stay.
        @Test func whatAStyleDoesWithoutIsToldBeforehand() throws {
            let scratch = try studio(recipe: #"{"pictures": ["stripes.png"], "options": {"clusters": 3}}"#)
            let side = 64
            let frame = [UInt8]("FRAME\n".utf8) + [UInt8](repeating: 90, count: side * side * 3 / 2)
            try scratch.write("a.y4m", [UInt8]("YUV4MPEG2 W\(side) H\(side) F25:1\n".utf8) + frame + frame)
            let work = ["stylize", "a.y4m", "--style", "recipe", "-o", "b.y4m", "--dry-run"]
            let film = try scratch.limner(work + ["--json"])
            let plan = try WireJSON.decode(Answer.self, from: Data(film.output.utf8)).plan
            #expect(plan?.ignored == ["clusters of recipe"], "\(film)")
            #expect(try scratch.limner(work).output.contains(", regardless of clusters of recipe,"))
            #expect(try self.plan(scratch, style: "recipe").ignored == nil)
        }

        /// Those of the job and those of its style's recipe; what the job says itself is not the recipe's.
        @Test func whatNoPaintingLooksAtIsToldBeforehand() throws {
            let scratch = try studio(
                recipe: #"""
                    {"pictures": [{"picture": "stripes.png", "layers": ["relu1_1"]}],
                     "options": {"preset": "fast", "iterations": 7, "contentWeight": 2, "filmFormat": "y4m"}}
                    """#)
            let work = ["submit", "c.jpg", "--as", "stylize", "--style", "recipe", "--dry-run"]
            let more = ["--iterations", "9", "--frame-iterations", "3"]
            let told = try plan(scratch, style: "recipe", more)
            #expect(told.ignored == ["layers of recipe", "frameIterations", "iterations", "contentWeight of recipe"])
            let answer = try scratch.limner(work + more)
            #expect(answer.error.contains("does not look at --frame-iterations, --iterations;"), "\(answer.error)")
            #expect(try !scratch.limner(work).error.contains("does not look at"))
            let shown = try scratch.limner(["styles", "show", "recipe"])
            #expect(shown.output.contains("regardless of iterations, contentWeight"), "\(shown)")
            #expect(try scratch.limner(["styles"]).output.contains("regardless of iterations, contentWeight"))
        }

        @Test func facesArePlannedToo() throws {
            let scratch = try studio()
            let answer = try scratch.limner(["submit", "c.jpg", "--as", "identify", "--dry-run", "--json"])
            #expect(answer.code == 0, "\(answer.error)")
            let plan = try #require(try WireJSON.decode(Answer.self, from: Data(answer.output.utf8)).plan)
            let options = plan.task.options
            #expect(options.fpir == 0.01)
            #expect(plan.memoryBytes > 100 << 20)
            try scratch.write("large.jpg", Assets.scene(longSide: 640))
            let small = try scratch.limner([
                "submit", "large.jpg", "--as", "identify", "--annotate", "thumbnail", "--dry-run", "--json",
            ])
            let output = try WireJSON.decode(Answer.self, from: Data(small.output.utf8)).plan?.outputs.first
            #expect(output.map { max($0.width, $0.height) } == AnnotatedCopy.thumbnailSide, "\(small.output)")
        }

        /// As small as it is, there is no flow between its frames, and a network sees nothing of it.
        @Test(arguments: [8, 12]) func aFilmThatIsTooSmallIsRefusedBeforeItIsPainted(side: Int) throws {
            let scratch = try studio()
            let frame = [UInt8]("FRAME\n".utf8) + [UInt8](repeating: 90, count: side * side * 3 / 2)
            try scratch.write("s.png", Assets.stripes())
            try scratch.write("a.y4m", [UInt8]("YUV4MPEG2 W\(side) H\(side) F25:1\n".utf8) + frame + frame)
            let answer = try scratch.limner([
                "stylize", "a.y4m", "--style", "s.png", "--preset", "fast", "-o", "b.y4m", "--dry-run",
            ])
            #expect(answer.code == 1 && answer.error.contains("\(side) × \(side)"), "\(answer.output) \(answer.error)")
        }

        /// Nothing that a header claims ends the worker.
        @Test func whatWouldFailSaysSo() throws {
            let scratch = try studio()
            let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            let side: [UInt8] = [0x7F, 0xFF, 0xFF, 0xFF]
            let header = signature + [0, 0, 0, 13] + Array("IHDR".utf8) + side + side + [8, 2, 0, 0, 0, 1, 2, 3, 4]
            try scratch.write("huge.png", header)
            for (file, style, code) in [("huge.png", "stripes", "picture-"), ("c.jpg", "strips", "style-unknown")] {
                let answer = try scratch.limner(["submit", file, "--as", "stylize", "--style", style, "--dry-run"])
                #expect(answer.code == 1)
                #expect(answer.error.contains(code), "\(answer.error)")
                #expect(answer.output.isEmpty)
            }
        }

        /// As small as it would be painted, the network sees nothing of it.
        @Test(arguments: ["standard", "fast"]) func aStripIsTooSmall(preset: String) throws {
            let scratch = try studio()
            let strip = Picture(width: 800, height: 12, pixels: [UInt8](repeating: 90, count: 800 * 12 * 3))
            try scratch.write("strip.png", strip.encodePNG())
            let answer = try scratch.limner([
                "submit", "strip.png", "--as", "stylize", "--style", "stripes", "--preset", preset, "--size", "256",
                "--dry-run",
            ])
            #expect(answer.code == 1 && answer.error.contains("800 × 12"), "\(answer.output) \(answer.error)")
        }

        /// Told by the plan, which file it is and what would do.
        @Test func aStyleThatIsTooSmallIsNamed() throws {
            let scratch = try studio()
            for (name, side) in [("large.png", 40), ("thin.png", 8)] {
                let style = Picture(width: 90, height: side, pixels: [UInt8](repeating: 90, count: 90 * side * 3))
                try scratch.write(name, style.encodePNG())
            }
            for preset in ["standard", "fast"] {
                let answer = try scratch.limner([
                    "stylize", "c.jpg", "--style", "large.png", "thin.png", "-o", "out/", "--dry-run", "--preset",
                    preset,
                ])
                #expect(answer.code == 1 && answer.error.contains("thin.png has 90 × 8 pixels"), "\(answer.error)")
            }
            let learning = try scratch.limner([
                "learn", "style", "large.png", "thin.png", "--name", "wave", "--styles", "learned", "--steps", "1",
            ])
            #expect(learning.code == 1 && learning.error.contains("thin.png has 90 × 8 pixels"), "\(learning.error)")
            var pixels = [UInt8](repeating: 0, count: 64 * 64 * 4)
            for place in pixels.indices where place % 4 != 3 { pixels[place] = UInt8(place % 251) }
            let clear = Picture(width: 64, height: 64, channels: .rgba, pixels: pixels)
            try scratch.write("clear.png", clear.encodePNG())
            for (name, fault) in [("large.png", "is of one colour"), ("clear.png", "is transparent all over")] {
                let blank = try scratch.limner(["learn", "style", name, "--name", "wave", "--styles", "learned"])
                #expect(blank.code == 1 && blank.error.contains("\(name) \(fault)"), "\(blank.error)")
            }
            let plain = try scratch.limner([
                "stylize", "c.jpg", "--style", "large.png", "--preset", "fast", "-o", "o.png",
            ])
            #expect(plain.code == 1 && plain.error.contains("'large.png' is of one colour"), "\(plain.error)")
            let sheet = try scratch.limner(["styles", "sheet", "thin.png", "-o", "sheet.png"])
            #expect(sheet.code == 1 && sheet.error.contains("thin.png has 90 × 8 pixels"), "\(sheet.error)")
            #expect(
                sheet.error.contains("at least 32 pixels a side.") && !scratch.names.contains("sheet.png"),
                "\(sheet.error)")
        }

        /// No size that may be asked for would do.
        @Test func anImpossibleSizeIsNotAdvised() throws {
            let scratch = try studio()
            let strip = Picture(width: 2000, height: 3, pixels: [UInt8](repeating: 90, count: 2000 * 3 * 3))
            try scratch.write("strip.png", strip.encodePNG())
            let answer = try scratch.limner([
                "stylize", "strip.png", "--style", "ember-red", "--preset", "fast", "--upscale", "-o", "o.png",
            ])
            #expect(answer.code == 1 && answer.error.contains("Cut the picture to a squarer one."), "\(answer.error)")
            #expect(!answer.error.contains("size of at least"), "\(answer.error)")
        }

        /// What a style that is painted in one pass cannot have is told before it is painted.
        @Test func aPresetThatDoesNotApplyIsRefusedBeforehand() throws {
            let scratch = try studio()
            let answer = try scratch.limner([
                "stylize", "c.jpg", "--style", "ember-red", "--preset", "standard", "-o", "o.png", "--dry-run",
            ])
            #expect(answer.code == 1 && answer.error.contains("Leave the preset out"), "\(answer.error)")
        }

        @Test func theForegroundPlansAlike() throws {
            let scratch = try studio()
            try scratch.write("s.png", Assets.stripes())
            let before = scratch.names
            let answer = try scratch.limner(["stylize", "c.jpg", "--style", "s.png", "-o", "out/", "--dry-run"])
            #expect(answer.code == 0, "\(answer.error)")
            #expect(answer.output.hasPrefix("c.jpg: stylize, 160x"), "\(answer.output)")
            #expect(answer.output.contains("MiB of memory"))
            #expect(scratch.names == before)
        }
    }
}
