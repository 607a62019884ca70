import Foundation
import Glibc
import Pictures
import Testing
import Wire

extension EndToEnd {
    /// `limner stylize`, through the real worker and the real networks.
    @Suite struct ForegroundStylizeTests {
        private struct Painted: Decodable {
            struct Output: Decodable {
                var path: String
                var sha256: String
                var width: Int
                var height: Int
            }

            var inputs: [InputFacts]
            var output: Output?
            var iterations: Int?
            var resumedFrom: Int?
            var ignored: [String]?
            var seconds: Double?
            var delivered: StyleLosses?
            var contentWeight: Double?
            var fallbacks: [Int]?
            var losses: [StyleLosses]?
            var options: JobOptions?
            var timings: [String: Double]
            var error: ReportError?
        }

        private let quick = [
            "--start", "content", "--size", "96", "--iterations", "6", "--loss-interval", "2", "--seed", "7",
        ]

        private func scene() throws -> Scratch {
            let scratch = try Scratch()
            try scratch.write("c.jpg", Assets.scene())
            try scratch.write("s.png", Assets.stripes())
            return scratch
        }

        private func painted(_ answer: Programs.Answer) throws -> [Painted] {
            try answer.output.split(separator: "\n").map { try WireJSON.decode(Painted.self, from: Data($0.utf8)) }
        }

        @Test func aPaintingThatFailsIsTracedAndItsHintIsTrue() throws {
            let scratch = try scene()
            let answer = try scratch.limner(
                [
                    "stylize", "c.jpg", "--style", "s.png", "-o", "out.png", "--trace", "losses.csv", "--optimizer",
                    "adam",
                    "--learning-rate", "100", "--content-weight", "1000", "--style-weight", "1",
                ] + quick)
            #expect(answer.code == 1)
            #expect(
                answer.error.contains("adam, learning rate 100") && answer.error.contains("a learningRate below 100"))
            let lines = scratch.text("losses.csv").split(separator: "\n")
            #expect(lines.first == "iteration,total,content,style,tv,size" && lines.count == 5, "\(lines)")
            #expect(scratch.names == ["c.jpg", "losses.csv", "s.png"])
        }

        /// What is hardly there is smoothed until nothing is left, by L-BFGS and then by Adam.
        @Test func aRuinedPaintingIsNotHandedOutButTraced() throws {
            let scratch = try scene()
            let stripes = (0..<64 * 64 * 3).map { $0 / 3 % 64 / 8 % 2 == 0 ? UInt8(120) : 126 }
            try scratch.write("faint.png", Picture(width: 64, height: 64, pixels: stripes).encodePNG())
            let answer = try scratch.limner([
                "stylize", "faint.png", "--style", "s.png", "-o", "out.png", "--trace", "losses.csv", "--size", "64",
                "--iterations", "300", "--tv-weight", "1e9", "--content-weight", "0", "--style-weight", "1e-6",
                "--style-layer", "relu1_1", "--start", "content",
            ])
            #expect(answer.code == 1 && answer.error.contains("painting-ruined"), "\(answer.error)")
            #expect(answer.error.contains("one flat colour") && answer.error.contains("tvWeight"))
            #expect(scratch.text("losses.csv").split(separator: "\n").count > 2)
            #expect(scratch.names == ["c.jpg", "faint.png", "losses.csv", "s.png"])
        }

        @Test func whatThePresetDoesNotLookAtIsTold() throws {
            let scratch = try scene()
            let work = ["stylize", "c.jpg", "--style", "s.png", "--preset", "fast", "--size", "96", "-o", "o.png"]
            let unused = try scratch.limner(work + ["--iterations", "20", "--matting-weight", "3"])
            #expect(unused.code == 0)
            let planned = try scratch.limner(work + ["--iterations", "20", "--dry-run"])
            #expect(planned.error.contains("this painting does not look at --iterations;"), "\(planned.error)")
            #expect(
                unused.error.contains("this painting does not look at --iterations, --matting-weight"),
                "\(unused.error)")
            #expect(try !scratch.limner(work).error.contains("does not look at"))
            let others = try scratch.limner(
                work + [
                    "--network", "vgg16", "--frame-iterations", "5", "--film-format", "y4m", "--luma-space", "lab",
                    "--quality", "5", "--color-match", "pca", "--strength", "0.5",
                ])
            #expect(
                others.error.contains(
                    "look at --luma-space, --color-match, --quality, --network, --film-format, --frame-iterations;"),
                "\(others.error)")
            let optimised = try scratch.limner(
                ["stylize", "c.jpg", "--style", "s.png", "-o", "o.jpg", "--quality", "80", "--network", "vgg19"] + quick
                    + [
                        "--histogram-layer", "relu1_1", "--matting-norm", "sum", "--style-scale", "2", "--style-size",
                        "64",
                    ])
            #expect(
                optimised.error.contains("look at --matting-norm, --histogram-layer, --style-scale;"),
                "\(optimised.error)")
        }

        /// Files of a style that is named are inputs like those that are given, by whatever path, and before anything is painted.
        @Test func aStyleIsNotWrittenOver() throws {
            let scratch = try scene()
            try FileManager.default.createDirectory(
                atPath: "\(scratch.path)/styles/recipe", withIntermediateDirectories: true)
            for name in ["styles/own.png", "styles/recipe/s.png"] { try scratch.write(name, Assets.stripes()) }
            try scratch.write("styles/recipe/style.json", Array(#"{"pictures": ["s.png"]}"#.utf8))
            let files = FileManager.default
            try files.linkItem(atPath: "\(scratch.path)/styles/own.png", toPath: "\(scratch.path)/hard.png")
            try files.linkItem(atPath: "\(scratch.path)/styles/own.png", toPath: "\(scratch.path)/hard.jpg")
            try files.createSymbolicLink(
                atPath: "\(scratch.path)/soft.png", withDestinationPath: "styles/recipe/s.png")
            try files.linkItem(atPath: "\(scratch.path)/styles/recipe/style.json", toPath: "\(scratch.path)/l.csv")
            try files.linkItem(atPath: "\(scratch.path)/styles/recipe/style.json", toPath: "\(scratch.path)/l.png")
            let names = ["styles/own.png", "styles/recipe/s.png", "styles/recipe/style.json"]
            let before = names.map(scratch.bytes)
            for (style, words) in [
                ("own", ["-o", "styles/own.png"]), ("own", ["-o", "hard.png"]), ("recipe", ["-o", "soft.png"]),
                ("recipe", ["-o", "styles/recipe/s.png"]), ("recipe", ["-o", "o.png", "--trace", "l.csv"]),
                ("own", ["-o", "o.png", "--preview", "hard.jpg"]), ("own", ["-o", "c.jpg"]),
            ] {
                for more in [[], ["--dry-run"]] {
                    let answer = try scratch.limner(
                        ["stylize", "c.jpg", "--style", style, "--preset", "fast", "--size", "96"] + words + more)
                    #expect(answer.code == 64 && answer.error.contains(" is the input "), "\(words): \(answer)")
                }
            }
            let sheet = try scratch.limner([
                "styles", "sheet", "c.jpg", "--size", "64", "--style", "recipe", "-o", "l.png",
            ])
            #expect(sheet.code == 64 && sheet.error.contains(" is the input "), "\(sheet)")
            #expect(names.map(scratch.bytes) == before)
        }

        /// What was painted of another photograph of the name stays; the same command leaves the folder as it is.
        @Test func aPaintingInAFolderIsNotReplaced() throws {
            let scratch = try scene()
            try FileManager.default.createDirectory(atPath: scratch.path + "/d", withIntermediateDirectories: true)
            try scratch.write("d/c.jpg", Assets.stripes(side: 96))
            func paint(_ content: String) throws -> Programs.Answer {
                try scratch.limner(
                    ["stylize", content, "--style", "s.png", "--preset", "fast", "--size", "96", "-o", "out/"])
            }
            #expect(try paint("c.jpg").output.hasPrefix("out/c.stylized.jpg:"))
            let first = scratch.bytes("out/c.stylized.jpg")
            for _ in 0..<2 {
                let other = try paint("d/c.jpg")
                #expect(other.output.hasPrefix("out/c.stylized-2.jpg:"), "\(other)")
                #expect(other.error.contains("out/c.stylized.jpg is there already"), "\(other.error)")
            }
            #expect(try !paint("c.jpg").error.contains("there already"))
            let folder = try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/out").sorted()
            #expect(folder == ["c.stylized-2.jpg", "c.stylized.jpg"])
            #expect(scratch.bytes("out/c.stylized.jpg") == first && scratch.bytes("out/c.stylized-2.jpg") != first)
        }

        @Test func whatComesToNothingIsTold() throws {
            let scratch = try scene()
            try FileManager.default.createDirectory(atPath: scratch.path + "/folder", withIntermediateDirectories: true)
            func answer(_ words: String...) throws -> Programs.Answer {
                try scratch.limner(["stylize", "--size", "96"] + words)
            }
            let preview = try answer(
                "c.jpg", "--style", "s.png", "--preset", "fast", "-o", "o.png", "--preview", "p.jpg")
            #expect(preview.error.contains("one pass has no previews; p.jpg is not written"), "\(preview)")
            let trace = try answer("c.jpg", "--style", "s.png", "-o", "o.png", "--trace", "t.json")
            #expect(trace.code == 64 && trace.error.contains(".csv"), "\(trace)")
            let blend = try answer("c.jpg", "--style", "s.png", "ember-red", "--blend", "3", "-o", "new/")
            #expect(blend.code == 1 && blend.error.contains("'ember-red' is built in, and s.png is"), "\(blend)")
            let folder = try answer("folder", "--style", "s.png", "-o", "new/")
            #expect(folder.code == 66 && folder.error.contains("such as folder/*.jpg"), "\(folder)")
            #expect(!scratch.names.contains("new"))
        }

        /// Of two contents each may look at what the other does not.
        @Test func whatOneOfTheContentsLooksAtIsNotTold() throws {
            let scratch = try scene()
            let samples = [UInt8](repeating: 90, count: 64 * 64 * 3 / 2)
            try scratch.write(
                "f.y4m", [UInt8]("YUV4MPEG2 W64 H64 F25:1\nFRAME\n".utf8) + samples + [UInt8]("FRAME\n".utf8) + samples)
            let answer = try scratch.limner([
                "stylize", "c.jpg", "f.y4m", "--style", "s.png", "--preset", "fast", "--size", "96", "-o", "out/",
                "--film-format", "y4m", "--format", "png", "--temporal-weight", "5",
            ])
            #expect(answer.code == 0, "\(answer.error)")
            #expect(answer.error.contains("look at --temporal-weight;"), "\(answer.error)")
        }

        /// What goes with one style does not go with a blend.
        @Test func theOptionsOfBlendedRecipesAreToldOf() throws {
            let scratch = try scene()
            for (name, options) in [("one", #""colors": "content", "size": 64"#), ("two", #""photorealistic": true"#)] {
                try FileManager.default.createDirectory(
                    atPath: "\(scratch.path)/styles/\(name)", withIntermediateDirectories: true)
                try scratch.write("styles/\(name)/s.png", Assets.stripes())
                let recipe = #"{"pictures": ["s.png"], "options": {\#(options)}}"#
                try scratch.write("styles/\(name)/style.json", Array(recipe.utf8))
            }
            func paint(_ styles: String...) throws -> [Painted] {
                let answer = try scratch.limner(
                    ["stylize", "c.jpg", "-o", "o.jpg", "--preset", "fast", "--size", "96", "--json", "--style"]
                        + styles)
                #expect(answer.code == 0, "\(answer.error)")
                return try painted(answer)
            }
            #expect(try paint("one", "two").map(\.ignored) == [["colors of one", "photorealistic of two"]])
            #expect(try paint("one", "s.png").map(\.ignored) == [["colors of one"]])
            #expect(try paint("one").map(\.ignored) == [nil], "the job says the size itself")
        }

        @Test func aStyleThatIsTransparentIsRefused() throws {
            let scratch = try scene()
            func clear(_ isClear: (Int) -> Bool) throws -> [UInt8] {
                let pixels = (0..<64 * 64).flatMap { place -> [UInt8] in [200, 30, 90, isClear(place % 64) ? 0 : 255] }
                return try Picture(width: 64, height: 64, channels: .rgba, pixels: pixels).encodePNG()
            }
            try scratch.write("clear.png", clear { _ in true })
            try scratch.write("half.png", clear { $0 < 32 })
            for preset in ["fast", "draft"] {
                let answer = try scratch.limner([
                    "stylize", "c.jpg", "--style", "clear.png", "-o", "o.jpg", "--preset", preset, "--size", "64",
                ])
                #expect(
                    answer.code == 1 && answer.error.contains("'clear.png' is transparent everywhere"),
                    "\(answer.error)")
            }
            let half = try scratch.limner([
                "stylize", "c.jpg", "--style", "half.png", "-o", "o.jpg", "--preset", "fast", "--size", "64",
            ])
            #expect(half.code == 0, "\(half.error)")
        }

        @Test func howManyRegionsWereFoundIsTold() throws {
            let scratch = try scene()
            let work = ["stylize", "c.jpg", "--style", "s.png", "--preset", "fast", "--size", "160", "-o", "o.png"]
            let answer = try scratch.limner(work + ["--clusters", "2"])
            #expect(answer.code == 0, "\(answer.error)")
            let found =
                answer.output.contains(", 1 region, one pass") || answer.output.contains(", 2 regions, one pass")
            #expect(found, "\(answer.output)")
            #expect(try !scratch.limner(work).output.contains("region"))
        }

        /// From one style to the other, the ends as each alone.
        @Test func aBlendPaintsTheWayFromStyleToStyle() throws {
            let scratch = try scene()
            let plain = ["--size", "96", "--format", "png"]
            func alone(_ style: String) throws -> [UInt8] {
                let answer = try scratch.limner(["stylize", "c.jpg", "--style", style, "-o", "\(style).png"] + plain)
                #expect(answer.code == 0, "\(answer.error)")
                return scratch.bytes("\(style).png")
            }
            let blend = ["stylize", "c.jpg", "--style", "ember-red", "numbered-3", "--blend", "3"] + plain
            let answer = try scratch.limner(blend + ["-o", "way/", "--json"])
            #expect(answer.code == 0, "\(answer.error)")
            let pictures = try painted(answer)
            let took = pictures.reduce(0) { $0 + 1000 * ($1.seconds ?? .infinity) }
            #expect(took <= pictures[0].timings.values.reduce(0, +) + 3, "each its own, rounded")
            let names = pictures.compactMap { $0.output?.path }
            #expect(names == (1...3).map { "way/c.blend-\($0).png" })
            let ends = try (alone("ember-red"), alone("numbered-3"))
            #expect(scratch.bytes(names[0]) == ends.0 && scratch.bytes(names[2]) == ends.1)
            #expect(scratch.bytes(names[1]) != ends.0 && scratch.bytes(names[1]) != ends.1)

            let file = try scratch.limner(blend + ["-o", "one.png"])
            #expect(file.code != 0 && file.error.contains("3 paintings are made, and one.png is the name of one"))
            let single = try scratch.limner(["stylize", "c.jpg", "--style", "s.png", "--blend", "3", "-o", "way/"])
            #expect(single.code == 1 && single.error.contains("and there is one style"), "\(single.error)")
        }

        @Test func aPhotographIsRepaintedAndTraced() throws {
            let scratch = try scene()
            let answer = try scratch.limner(
                ["stylize", "c.jpg", "--style", "s.png", "-o", "out.png", "--trace", "losses.csv", "--json"] + quick)
            #expect(answer.code == 0, "\(answer.error)")
            let result = try #require(try painted(answer).first)
            #expect(result.output?.path == "out.png")
            #expect(result.inputs.map(\.path) == ["c.jpg", "s.png"])
            #expect(result.iterations == 6)
            #expect(result.options?.seed == 7)
            let picture = try PictureFile(name: "out.png", bytes: scratch.bytes("out.png")).decode()
            #expect(picture.width == result.output?.width)
            #expect(max(picture.width, picture.height) == 96)

            let lines = scratch.text("losses.csv").split(separator: "\n")
            #expect(lines.first == "iteration,total,content,style,tv,size")
            let rows = lines.dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
            #expect(rows.count == result.losses?.count)
            #expect(result.delivered.map { $0.iteration >= 1 && $0.iteration <= 6 } == true)
            #expect(result.contentWeight == nil && result.fallbacks == nil, "painted once")
            #expect(rows.allSatisfy { $0.count == 6 && abs($0[1] - $0[2] - $0[3] - $0[4]) <= 1e-3 * abs($0[1]) })
            #expect(try #require(rows.last)[1] < #require(rows.first)[1])
            #expect(scratch.names == ["c.jpg", "losses.csv", "out.png", "s.png"])

            let again = try scratch.limner(["stylize", "c.jpg", "--style", "s.png", "-o", "again.png"] + quick)
            #expect(again.code == 0, "\(again.error)")
            #expect(again.output.hasPrefix("again.png: "))
            #expect(again.output.contains("6 iterations"))
            #expect(scratch.bytes("again.png") == scratch.bytes("out.png"), "the same seed gives the same picture")
            #expect(!again.error.contains("\u{1B}"), "no control sequences in a pipe")
        }

        @Test func layersWeightsAndColoursAreHeard() throws {
            let scratch = try scene()
            let arguments =
                [
                    "stylize", "c.jpg", "--style", "s.png=2", "numbered=1.png=1", "-o", "out.jpg", "--json",
                    "--network", "vgg16",
                    "--optimizer", "lbfgs", "--start", "noise", "--content-weight", "3", "--style-weight", "50",
                    "--tv-weight", "0.5", "--content-layer", "relu3_2", "--style-layer", "relu1_1=2", "--style-layer",
                    "relu2_1", "--keep-colors", "--quality", "80",
                ] + quick.dropFirst(2)
            let missing = try scratch.limner(arguments)
            #expect(missing.code == 66, "the second style is no file: \(missing.error)")
            try scratch.write("numbered=1.png", Assets.stripes(side: 64))
            let heard = try scratch.limner(arguments)
            #expect(heard.code == 0, "\(heard.error)")
            let options = try #require(try painted(heard).first?.options)
            #expect(options.network == .features(.vgg16))
            #expect(options.optimizer == .lbfgs)
            #expect(options.start == .noise)
            #expect(options.contentWeight == 3 && options.styleWeight == 50 && options.tvWeight == 0.5)
            #expect(options.contentLayers?.entries.map(\.layer).sorted() == ["relu3_2"])
            #expect(options.styleLayers?.entries.map(\.layer).sorted() == ["relu1_1", "relu2_1"])
            #expect(options.colors == .content && options.preserveColors == nil)
            #expect(options.format == .jpeg && options.quality == 80)
            #expect(options.styles?.map(\.weight) == [2, 1])
        }

        @Test func lossesAreMixedAndEachIsToldOf() throws {
            let scratch = try scene()
            func paint(_ losses: String...) throws -> Programs.Answer {
                try scratch.limner(
                    ["stylize", "c.jpg", "--style", "s.png", "-o", "out.png", "--trace", "losses.csv", "--json"]
                        + losses.flatMap { ["--style-loss", $0] } + quick)
            }
            let answer = try paint("wasserstein=3,gram=1")
            #expect(answer.code == 0, "\(answer.error)")
            let result = try #require(try painted(answer).first)
            #expect(result.options?.styleLoss == [.wasserstein: 3, .gram: 1])
            for point in try #require(result.losses) + [#require(result.delivered)] {
                let own = try #require(point.styleLosses)
                #expect(Set(own.keys) == [.wasserstein, .gram] && own.values.allSatisfy { $0 > 0 })
                #expect(abs(own.values.reduce(0, +) - point.style) <= 1e-6 * point.style)
            }
            let lines = scratch.text("losses.csv").split(separator: "\n")
            #expect(lines.first == "iteration,total,content,style,tv,size,gram,wasserstein")
            for (losses, words) in [
                (["wassersteim=1"], ["--style-loss wassersteim", "did you mean \"wasserstein\"?"]),
                (["gram=1,gram=2"], ["--style-loss names \"gram\" twice"]), (["gram", "gram"], ["twice"]),
                (["gram=much"], ["--style-loss gram", "a number, 0.0 to"]),
                (["gram=0"], ["--style-loss gives every loss the weight 0"]),
                (["gram,"], ["one of gram, covariance"]),
            ] {
                let refused = try scratch.limner(
                    ["stylize", "c.jpg", "--style", "s.png", "-o", "no.png"]
                        + losses.flatMap { ["--style-loss", $0] })
                #expect(refused.code != 0 && words.allSatisfy(refused.error.contains), "\(losses): \(refused.error)")
            }
            #expect(!scratch.names.contains("no.png"))
        }

        @Test func aStyleCountsInItsLayersAlone() throws {
            let scratch = try scene()
            try scratch.write("t.png", Assets.stripes(side: 64))
            func paint(_ layers: [String], _ more: String...) throws -> Programs.Answer {
                try scratch.limner(
                    ["stylize", "c.jpg", "--style", "s.png", "t.png", "-o", "out.png", "--json"] + quick
                        + ["--layers"] + layers + more)
            }
            let coarse = "relu3_1=2,relu4_1,relu5_1"
            for (layers, more, words) in [
                (["relu1_1", "relu4_1,relu5_1"], [], ["'relu2_1'", "no style"]),
                (["relu1_1,relu2_11", "-"], [], ["'relu2_11'", "did you mean 'relu2_1'?"]),
                (["relu1_1=much"], [], ["--layers.relu1_1", "a number"]), (["relu1_1,relu1_1"], [], ["twice"]),
                (["relu1_1,relu2_1", coarse, "relu1_1"], [], ["3 styles"]),
                (["relu1_1", "-"], ["--preset", "fast"], ["one pass"]),
                (["relu1_1", "-"], ["--style-loss", "strotss"], ["strotss"]),
                (["relu1_1", "-"], ["--blend", "3"], ["alone on its way"]),
            ] {
                let refused = try scratch.limner(
                    ["stylize", "c.jpg", "--style", "s.png", "t.png", "-o", "no/", "--layers"] + layers + more)
                #expect(refused.code != 0 && words.allSatisfy(refused.error.contains), "\(layers): \(refused.error)")
                #expect(!refused.error.contains("painting"), "\(refused.error)")
            }
            let answer = try paint(["relu1_1,relu2_1", coarse])
            #expect(answer.code == 0, "\(answer.error)")
            let styles = try #require(try painted(answer).first?.options?.styles)
            #expect(styles.map(\.layers) == [["relu1_1", "relu2_1"], ["relu3_1": 2, "relu4_1": 1, "relu5_1": 1]])
            let bytes = scratch.bytes("out.png")
            let free = try paint(["-"])
            #expect(free.code == 0 && scratch.bytes("out.png") != bytes, "\(free.error)")
            #expect(try painted(free).first?.options?.styles?.allSatisfy { $0.layers == nil } == true)
        }

        @Test func severalGoIntoAFolderAndABadOneDoesNotStopThem() throws {
            let scratch = try scene()
            try scratch.write("bad.jpg", Array("no picture".utf8))
            try scratch.write("d.jpg", Assets.scene(longSide: 120))
            let answer = try scratch.limner(
                [
                    "stylize", "c.jpg", "bad.jpg", "d.jpg", "--style", "s.png", "-o", "out", "--preset", "fast",
                    "--size", "96",
                ])
            #expect(answer.code == 1)
            #expect(answer.error.contains("limner: bad.jpg: picture-not-a-picture"), "\(answer.error)")
            #expect(answer.output.split(separator: "\n").count == 2)
            #expect(answer.output.contains("out/c.stylized.jpg"))
            #expect(answer.output.contains("one pass"))
            let folder = try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/out").sorted()
            #expect(folder == ["c.stylized.jpg", "d.stylized.jpg"])
        }

        @Test func aStyleHasAName() throws {
            let scratch = try scene()
            try FileManager.default.createDirectory(
                atPath: scratch.path + "/styles", withIntermediateDirectories: false)
            try scratch.write("styles/stripes.png", Assets.stripes())
            for style in ["stripes", "numbered-3"] {
                let answer = try scratch.limner(
                    ["stylize", "c.jpg", "--style", style, "-o", "\(style).jpg", "--preset", "fast", "--size", "96"])
                #expect(answer.code == 0, "\(style): \(answer.error)")
                #expect(scratch.names.contains("\(style).jpg"))
            }
            let folder = try scratch.limner(["stylize", "c.jpg", "--style", "./styles", "-o", "x.jpg"])
            #expect(folder.code == 64)
            #expect(folder.error.contains("./styles is a folder"), "\(folder.error)")
            let unknown = try scratch.limner(["stylize", "c.jpg", "--style", "strips", "-o", "x.jpg"])
            #expect(unknown.code == 1)
            #expect(unknown.error.contains("style-unknown"))
            #expect(unknown.error.contains("stripes"), "\(unknown.error)")
            #expect(!scratch.names.contains("x.jpg"))
        }

        @Test(
            arguments: [
                (["c.jpg", "--style", "s.png", "-o", "c.jpg"], 64, "c.jpg"),
                (["c.jpg", "--style", "s.png", "-o", "link.png"], 64, "s.png"),
                (["c.jpg", "--style", "s.png", "-o", "o.jpg", "--trace", "c.jpg"], 64, "c.jpg"),
                (["c.jpg", "--style", "s.png", "-o", "o.jpg", "--trace", "o.jpg"], 64, "o.jpg"),
                (
                    ["c.jpg", "--style", "s.png", "-o", "o.jpg", "-o", "p.jpg"], 64,
                    "-o is given 2 times (o.jpg, p.jpg)"
                ),
                (["c.jpg", "--style", "s.png", "-o", "o.gif"], 64, ".gif"),
                (["c.jpg", "--style", "s.png", "-o", "o.png", "--format", "jpeg"], 64, "o.png"),
                (["c.jpg", "--style", "s.png", "-o", "o.jpg", "--size", "7"], 64, "size"),
                (["c.jpg", "--style", "s.png=much", "-o", "o.jpg"], 64, "much"),
                (["c.jpg", "-o", "o.jpg"], 64, "--style"),
                (["--style", "s.png", "-o", "o.jpg"], 64, "photograph"),
                (["absent.jpg", "--style", "s.png", "-o", "o.jpg"], 66, "absent.jpg"),
                (["c.jpg", "--style", "absent.png", "-o", "o.jpg"], 66, "absent.png"),
                (["c.jpg", "--style", "s.png", "-o", "nowhere/o.jpg"], 73, "nowhere/o.jpg"),
                (["c.jpg", "--style", "s.png", "-o", "-"], 73, "one of that name is ./-"),
                (["c.jpg", "--style", "s.png", "-o", "o.jpg", "--content-layer", "relu9_9"], 1, "relu9_9"),
                (["cut.jpg", "--style", "s.png", "-o", "o.jpg"], 1, "picture-truncated"),
            ] as [([String], Int32, String)])
        func aMistakeIsNamedAndNothingIsWritten(_ arguments: [String], _ code: Int32, _ word: String) throws {
            let scratch = try scene()
            try scratch.write("cut.jpg", Array(Assets.scene().dropLast(2000)))
            try FileManager.default.createSymbolicLink(atPath: scratch.path + "/link.png", withDestinationPath: "s.png")
            let before = scratch.names.map { ($0, scratch.bytes($0)) }
            let answer = try scratch.limner(["stylize"] + arguments)
            #expect(answer.code == code, "\(answer.error)")
            #expect(answer.error.contains(word), "\(answer.error)")
            #expect(answer.output.isEmpty)
            let after = scratch.names.map { ($0, scratch.bytes($0)) }
            #expect(after.map(\.0) == before.map(\.0))
            #expect(after.map(\.1) == before.map(\.1))
        }

        @Test(arguments: [(SIGINT, 130), (SIGTERM, 130)] as [(Int32, Int32)])
        func anInterruptionTidiesUp(_ signal: Int32, _ code: Int32) async throws {
            let scratch = try scene()
            let limner = try scratch.start(
                [
                    "stylize", "c.jpg", "--style", "s.png", "-o", "out.jpg", "--size", "96", "--iterations", "10000",
                    "--trace", "t.csv",
                ])
            try await eventually("it paints") { scratch.text("error").contains("painting") }
            let workers = limner.children
            #expect(workers.count == 1)
            kill(limner.processIdentifier, signal)
            limner.waitUntilExit()
            #expect(limner.terminationStatus == code)
            #expect(scratch.names == ["c.jpg", "error", "s.png", "t.csv"])
            #expect(scratch.text("t.csv").split(separator: "\n").count > 1, "the losses up to there")
            for worker in workers { #expect(kill(worker, 0) == -1, "the worker outlived its command") }
        }

        /// The same command, after a kill, goes on from what was kept and ends with the same picture as one that was left alone.
        @Test func aPaintingGoesOnAfterAKill() async throws {
            let scratch = try scene()
            let command = [
                "stylize", "c.jpg", "--style", "s.png", "--size", "160", "--iterations", "60", "--seed", "3",
                "--scales", "1", "--set", "checkpoints.interval=50ms",
            ]
            let whole = try painted(scratch.limner(command + ["-o", "whole.png", "--json"]))
            let limner = try scratch.start(command + ["-o", "out.png"])
            try await eventually("it keeps what is painted") {
                !scratch.bytes(".out.png.painting/0.safetensors").isEmpty
            }
            for process in limner.children + [limner.processIdentifier] { kill(process, SIGKILL) }
            limner.waitUntilExit()
            let again = try painted(scratch.limner(command + ["-o", "out.png", "--json"]))
            #expect(again.first?.resumedFrom ?? 0 > 0)
            #expect(again.first?.losses == whole.first?.losses)
            let took = try #require(again.first)
            #expect(took.seconds ?? 0 >= (took.timings["painting"] ?? .infinity) / 1000 - 0.001, "of all attempts")
            #expect(scratch.bytes("out.png") == scratch.bytes("whole.png"))
            #expect(scratch.names == ["c.jpg", "error", "out.png", "s.png", "whole.png"])
        }

        /// What was kept belongs to the name that it was going to have.
        @Test func aPaintingInAFolderGoesOnAfterAKill() async throws {
            let scratch = try scene()
            try FileManager.default.createDirectory(atPath: scratch.path + "/out", withIntermediateDirectories: true)
            try scratch.write("out/c.stylized.png", [1])
            let command = [
                "stylize", "c.jpg", "--style", "s.png", "--size", "160", "--iterations", "60", "--scales", "1",
                "--set", "checkpoints.interval=50ms", "--format", "png", "-o", "out/",
            ]
            let limner = try scratch.start(command)
            try await eventually("it keeps what is painted") {
                !scratch.bytes("out/.c.stylized.picture.painting/0.safetensors").isEmpty
            }
            for process in limner.children + [limner.processIdentifier] { kill(process, SIGKILL) }
            limner.waitUntilExit()
            let again = try painted(scratch.limner(command + ["--json"]))
            #expect(again.first?.resumedFrom ?? 0 > 0 && again.first?.output?.path == "out/c.stylized-2.png")
            let folder = try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/out").sorted()
            #expect(folder == ["c.stylized-2.png", "c.stylized.png"] && scratch.bytes("out/c.stylized.png") == [1])
        }

        /// What was painted of it so far is of no use for another painting.
        @Test func aKeptPaintingThatIsDroppedIsToldOf() throws {
            let scratch = try scene()
            let work = ["stylize", "c.jpg", "--style", "s.png", "-o", "out.png", "--size", "96", "--preset"]
            for preset in ["fast", "draft"] {
                try FileManager.default.createDirectory(
                    atPath: scratch.path + "/.out.png.painting", withIntermediateDirectories: true)
                try scratch.write(".out.png.painting/0.safetensors", [1, 2, 3])
                let answer = try scratch.limner(work + [preset])
                #expect(answer.code == 0, "\(answer.error)")
                let words = "what an earlier command had painted for out.png could not be gone on with, and is gone"
                #expect(answer.error.contains(words), "\(answer.error)")
                #expect(scratch.names == ["c.jpg", "out.png", "s.png"])
            }
            #expect(try !scratch.limner(work + ["fast"]).error.contains("earlier command"))
        }

        /// What it comes to is said before it begins.
        @Test func howLongItTakesIsSaid() throws {
            let answer = try scene().limner(
                ["stylize", "c.jpg", "--style", "s.png", "-o", "out.jpg", "--size", "256", "--iterations", "8"])
            #expect(answer.code == 0)
            let lines = answer.error.split(separator: "\n")
            #expect(lines.first?.contains(/0%  planned  about \d.* m?s$/) == true, "\(lines)")
        }

        /// Black where the other picture is white: what is not painted stays as it was.
        @Test func aMaskKeepsAStyleInItsPlace() throws {
            let scratch = try scene()
            let size = PixelSize(width: 40, height: 30)
            let left = (0..<size.area * 3).map { $0 / 3 % size.width < size.width / 2 ? UInt8(255) : 0 }
            try scratch.write("left.png", Picture(width: size.width, height: size.height, pixels: left).encodePNG())
            func paint(_ name: String, _ more: [String] = []) throws -> Picture {
                let answer = try scratch.limner(
                    ["stylize", "c.jpg", "--style", "s.png", "-o", name, "--preset", "fast", "--size", "96"] + more)
                #expect(answer.code == 0, "\(answer.error)")
                return try scratch.picture(name)
            }
            let (half, fast) = try (paint("half.png", ["--mask", "left.png"]), paint("fast.png"))
            #expect(try paint("none.png", ["--mask", "-"]).pixels == fast.pixels)
            let content = try scratch.picture("c.jpg").resized(to: half.size)
            /// How far the left or the right third of two pictures is apart, of 255.
            func distance(_ a: Picture, _ b: Picture, _ third: Int) -> Double {
                let columns = third * a.width / 3..<(third + 1) * a.width / 3
                let apart = a.pixels.indices.filter { columns.contains($0 / 3 % a.width) }.map {
                    abs(Double(a.pixels[$0]) - Double(b.pixels[$0]))
                }
                return apart.reduce(0, +) / Double(apart.count)
            }
            #expect(distance(half, fast, 0) < 3 && distance(half, content, 0) > 10)
            #expect(distance(half, content, 2) < 3 && distance(half, fast, 2) > 10)
            let more = try scratch.limner(
                ["stylize", "c.jpg", "--style", "s.png", "-o", "x.png", "--mask", "left.png", "left.png"] + quick)
            #expect(more.code == 64 && more.error.contains("2 masks are more than the 1"), "\(more.error)")
        }

        /// What is red at the left of the photograph is painted after the red right half of the style, the rest after its blue left.
        @Test func segmentsSayWhichPartOfTheStyleGoesWhere() throws {
            func halves(_ left: Colour, _ right: Colour) throws -> [UInt8] {
                try Picture(
                    width: 128, height: 96,
                    pixels: (0..<128 * 96).flatMap { index -> [UInt8] in
                        let colour = index % 128 < 64 ? left : right
                        return [colour.red, colour.green, colour.blue]
                    }
                ).encodePNG()
            }
            let (red, blue) = (Colour(red: 255, green: 0, blue: 0), Colour(red: 0, green: 0, blue: 255))
            let scratch = try scene()
            try scratch.write(
                "f.png", halves(Colour(red: 30, green: 40, blue: 200), Colour(red: 200, green: 120, blue: 30)))
            try scratch.write("here.png", halves(red, blue))
            try scratch.write("there.png", halves(blue, red))
            let work = ["stylize", "c.jpg", "--style", "f.png", "--preset", "fast", "--size", "128", "-o", "o.png"]
            let answer = try scratch.limner(work + ["--segments", "here.png", "--style-segments", "there.png"])
            #expect(answer.code == 0 && answer.output.contains(", 2 regions, one pass"), "\(answer)")
            let painted = try scratch.picture("o.png")
            func warmth(_ columns: Range<Int>) -> Double {
                let part = painted.cropped(
                    to: PixelRect(x: columns.lowerBound, y: 0, width: columns.count, height: painted.height))
                var sum = 0
                for pixel in 0..<part.size.area { sum += Int(part.pixels[pixel * 3]) - Int(part.pixels[pixel * 3 + 2]) }
                return Double(sum) / Double(part.size.area)
            }
            #expect(warmth(0..<56) > warmth(72..<128) + 20, "\(warmth(0..<56)) and \(warmth(72..<128))")
            let lost = try scratch.limner(work + ["--segments", "here.png", "--style-segments", "gone.png"])
            #expect(lost.code != 0 && lost.error.contains("gone.png"), "\(lost.error)")
        }

        /// Masks say already what is where, and a film's frames would each have other regions.
        @Test func theClustersOfARecipeThatDoNotGoWithAJobAreToldOf() throws {
            let scratch = try scene()
            try FileManager.default.createDirectory(
                atPath: scratch.path + "/styles/recipe", withIntermediateDirectories: true)
            try scratch.write("styles/recipe/s.png", Assets.stripes())
            let recipe = #"{"pictures": ["s.png"], "options": {"clusters": 3, "preset": "fast"}}"#
            try scratch.write("styles/recipe/style.json", Array(recipe.utf8))
            try scratch.write("m.png", Picture(width: 8, height: 8, filledWith: .white).encodePNG())
            let samples = [UInt8](repeating: 90, count: 64 * 64 * 3 / 2)
            var film = [UInt8]("YUV4MPEG2 W64 H64 F25:1\n".utf8)
            for _ in 0..<2 {
                film.append(contentsOf: "FRAME\n".utf8)
                film.append(contentsOf: samples)
            }
            try scratch.write("a.y4m", film)
            func paint(_ content: String, to output: String, _ more: [String] = []) throws -> Programs.Answer {
                let answer = try scratch.limner(
                    ["stylize", content, "--style", "recipe", "--size", "96", "-o", output] + more)
                #expect(answer.code == 0, "\(answer.error)")
                return answer
            }
            let word = "regardless of clusters of recipe"
            #expect(try paint("c.jpg", to: "m.jpg", ["--mask", "m.png"]).output.contains(word))
            #expect(try paint("a.y4m", to: "b.y4m").output.contains(word))
            let masked = try painted(paint("c.jpg", to: "n.jpg", ["--mask", "m.png", "--json"]))
            #expect(masked.map(\.ignored) == [["clusters of recipe"]])
            let plain = try paint("c.jpg", to: "o.jpg").output
            #expect(plain.contains("region") && !plain.contains(word), "\(plain)")
        }

        @Test func aWorkerThatDiesIsAFailureWithAWord() async throws {
            let scratch = try scene()
            let limner = try scratch.start(
                ["stylize", "c.jpg", "--style", "s.png", "-o", "out.jpg", "--size", "96", "--iterations", "10000"])
            try await eventually("it paints") { scratch.text("error").contains("painting") }
            for worker in limner.children { kill(worker, SIGSEGV) }
            limner.waitUntilExit()
            #expect(limner.terminationStatus == 1)
            #expect(scratch.text("error").contains("worker-crashed"))
            #expect(scratch.names == ["c.jpg", "error", "s.png"])
        }
    }
}
