import ArgumentParser
import Foundation
import Testing
import Wire

@testable import limner

@Suite struct CommandLineTests {
    private func submission(_ words: [String]) throws -> SubmitCommand {
        try #require(try Limner.parseAsRoot(["submit"] + words) as? SubmitCommand)
    }

    @Test func everyCommandParses() throws {
        let job = "20260314T150926Z-0f3a-beach"
        let lines = [
            "status --json --watch", "list --state done --kind verify --limit 5 --before \(job)", "show outbox/\(job)",
            "submit a.jpg b.jpg --as enroll --person ada --wait", "submit a.jpg --as identify", "cancel \(job)",
            "retry \(job) --wait", "pause",
            "resume",
            "why x.jpg", "doctor --json", "replay quarantine/x -o out --json", "config --local --explain --json",
            "version",
            "stylize a.jpg --style b.jpg -o c.png --trace t.csv",
            "stylize a.jpg --style b.jpg d.jpg -o c.png --segments s.png --style-segments t.png u.png",
            "compare a b --threshold 0.4", "faces a b --templates --json",
            "faces evaluate people --page p.svg --page p.PNG --resolution 16 --threshold 0.4 --json", "models",
            "models verify",
            "models import m.onnx",
            "gallery", "gallery show ada", "gallery rename ada bea", "gallery remove ada", "gallery export g.json",
            "gallery import g.json", "gallery merge a b", "gallery move a 0f3a b", "gallery undo", "gallery erase a",
            "gallery confirm \(job) 1 a", "gallery deny outbox/\(job) 2 a", "gallery unknowns",
            "gallery forget-strangers",
            "gallery name \(job) 1 a",
        ]
        for line in lines {
            let words =
                line.split(separator: " ").map(String.init) + ["--root", "/srv/limner", "--set", "retries.max=1"]
            #expect(throws: Never.self, "\(line)") { try Limner.parseAsRoot(words) }
        }
        let torture =
            "torture --root /tmp --scenario kills --scenario disk-full --long --kills 5 --seed 3 --budget 5m --json"
        #expect(throws: Never.self) { try Limner.parseAsRoot(torture.split(separator: " ").map(String.init)) }
    }

    @Test(arguments: [
        "show ../../etc", "list --limit 0", "list --state asleep", "submit a.jpg", "submit --as identify",
        "submit a.jpg --as identify --priority 101", "paint a.jpg", "stylize a.jpg -o b.jpg",
        "torture --scenario peace", "faces evaluate", "faces evaluate people --resolution 7",
        "submit a.jpg --as identify --top 3 --top 4",
        "stylize a.jpg --style b.jpg -o c.png --tv-loss mean --tv-loss squares",
        "stylize a.jpg --style b.jpg -o c.png --segments s.png",
        "stylize a.jpg --style b.jpg -o c.png --style-segments s.png",
        "stylize a.jpg --style b.jpg -o c.png --segments s.png --style-segments t.png u.png",
        "stylize a.jpg --style b.jpg -o c.png --segments s.png --style-segments t.png --mask m.png",
        "faces evaluate people --page p.gif", "torture --kills 0", "torture --budget soon",
    ])
    func mistakesAreUsageErrors(line: String) {
        #expect {
            try Limner.parseAsRoot(line.split(separator: " ").map(String.init))
        } throws: { error in
            Limner.exitCode(for: error).rawValue == CommandStatus.usage.rawValue
        }
    }

    @Test(arguments: ["--mask m.png n.png", "--layers relu1_1", "--segments s.png", "--style-segments s.png"])
    func whatTakesAManifestIsTold(words: String) throws {
        let line = "submit a.jpg --as stylize --style wave \(words)"
        let error = #expect(throws: (any Error).self) {
            try Limner.parseAsRoot(line.split(separator: " ").map(String.init))
        }
        #expect(Limner.message(for: try #require(error)).contains("drop a manifest"))
    }

    /// The parser itself would take the last.
    @Test(arguments: [
        ("stylize a.jpg --style b.jpg -o c.png -o d.png", "-o is given 2 times (c.png, d.png); give it once."),
        ("stylize a.jpg --style b.jpg -o c.png --output=d.png", "-o is given 2 times (c.png, d.png); give it once."),
        (
            "stylize a.jpg --style b.jpg -o c.png --trace t.csv --trace u.csv",
            "--trace is given 2 times (t.csv, u.csv); give it once."
        ),
        ("faces evaluate people --root a --root b", "--root is given 2 times (a, b); give it once."),
        ("stylize a.jpg --style b.jpg --style c.jpg -o d.png --json --json", nil),
        ("status --set a=1 --set b=2", nil), ("compare -- -o -o", nil),
    ])
    func anOptionOfOneValueIsGivenOnce(line: String, refusal: String?) throws {
        let words = line.split(separator: " ").map(String.init)
        let command = try Limner.parseAsRoot(words)
        var found: String?
        do {
            try RepeatedOptions.check(words, of: type(of: command))
        } catch {
            found = "\(error)"
        }
        #expect(found == refusal)
    }

    @Test func flagsBecomeATask() throws {
        let command = try submission([
            "a.jpg", "--as", "stylize", "--style", "wave", "--size", "640", "--style-layer", "relu1_1=0.5",
            "--style-layer", "relu2_1", "--keep-colors", "--seed", "18446744073709551615", "--optimizer", "lbfgs",
            "--format", "png", "--pooling", "average", "--style-loss", "wasserstein=3,gram",
        ])
        let wanted = JobTask(.stylize) {
            $0.styles = [StyleChoice(source: .name("wave"))]
            $0.size = 640
            $0.styleLayers = ["relu1_1": 0.5, "relu2_1": 1]
            $0.colors = .content
            $0.seed = .max
            $0.optimizer = .lbfgs
            $0.format = .png
            $0.pooling = .average
            $0.styleLoss = [.wasserstein: 3, .gram: 1]
        }
        #expect(try command.options.task(.stylize) == wanted)
        let identify = try submission(["a.jpg", "--as", "identify", "--annotate", "thumbnail", "--top", "5"])
        #expect(
            try identify.options.task(.identify)
                == JobTask(.identify) {
                    $0.annotate = .thumbnail
                    $0.top = 5
                })
    }

    /// As `limner stylize` reads them.
    @Test func aSubmittedStyleHasItsShare() throws {
        func task(_ styles: String...) throws -> JobTask {
            try submission(["a.jpg", "--as", "stylize"] + styles.flatMap { ["--style", $0] })
                .options.task(.stylize, stylesIn: "/nowhere")
        }
        #expect(
            try task("wave", "dusk=2").options.styles == [
                StyleChoice(source: .name("wave")), StyleChoice(source: .name("dusk"), weight: 2),
            ])
        for (word, reason) in [
            ("./w.png", "drop a manifest"), ("w.png=3", "put the picture into /nowhere/"),
            ("dusk=0", "must be above 0"),
        ] {
            #expect {
                try task(word)
            } throws: {
                guard case CommandError.usage(let sentence) = $0 else { return false }
                return sentence.contains(reason)
            }
        }
        let identify = try submission(["a.jpg", "--as", "identify", "--style", "wave"])
        #expect(throws: CommandError.self) { try identify.options.task(.identify, stylesIn: "/nowhere") }
    }

    @Test(arguments: [
        ("--segments s.png", "give 2 pictures in --style-segments, one for each style, not 0"),
        ("--segments s.png --style-segments t.png", "one for each style, not 1"),
        ("--style-segments s.png t.png", "give --segments, too"),
    ])
    func segmentsOfOneSideAloneAreRefusedInWords(flags: String, reason: String) {
        let line = "stylize a.jpg --style b.jpg c.jpg -o d.png " + flags
        #expect {
            try Limner.parseAsRoot(line.split(separator: " ").map(String.init))
        } throws: { error in
            Limner.fullMessage(for: error).contains(reason)
        }
    }

    @Test func aMistakeNamesItsFlag() throws {
        func refusal(_ kind: JobKind, _ words: [String]) throws -> String {
            let command = try submission(["a.jpg", "--as", kind.rawValue] + words)
            do throws(CommandError) {
                _ = try command.options.task(kind)
                return ""
            } catch {
                return "\(error)"
            }
        }
        let ranges = try refusal(
            .stylize, ["--style", "w", "--size", "63", "--quality", "many", "--style-layer", "a=-1"])
        #expect(ranges.contains("\"--size\" is 63; expected a whole number, 64 to 8192"))
        #expect(ranges.contains("\"--quality\" is a string; expected a whole number, 1 to 100"))
        #expect(ranges.contains("\"--style-layer a\" is -1"))
        #expect(try refusal(.stylize, ["--style", "w", "--preset", "finest"]).contains("did you mean \"fine\"?"))
        #expect(try refusal(.stylize, ["--style", "w", "--luma-space", "yuv"]).contains("did you mean \"ycbcr\"?"))
        let loss = try refusal(.stylize, ["--style", "w", "--style-loss", "histogram"])
        #expect(loss.contains("that is the option \"--histogram-weight\""))
        #expect(
            Limner.foreign(["--stroke=64", "a", "--laplacian", "--size"]).map(\.flag) == ["style-size", "line-weight"])
        #expect(try refusal(.enroll, []).contains("\"--person\" is missing"))
        #expect(try refusal(.identify, ["--size", "100"]).contains("--size means nothing to identify"))
    }

    @Test func everyFlagIsInTheHelpWithItsRangeAndDefault() throws {
        let lines = Limner.helpMessage(for: SubmitCommand.self, columns: 1000).split(separator: "\n")
        for option in JobOption.all where option.places.contains(.commandLine) {
            let start = try #require(
                lines.firstIndex { $0.contains("--\(option.flag) ") || $0.contains("--\(option.flag)/") },
                "\(option.flag)")
            // A long flag has its sentence on the next line.
            let line = lines[start...].prefix(2).joined(separator: " ")
            let (placeholder, summary) =
                EveryOption.reworded[option.key] ?? (option.placeholder ?? "--no-", option.summary)
            #expect(line.contains(summary) && line.contains(placeholder))
            #expect(option.defaultText.map { line.contains("(default: \($0))") } ?? true)
        }
        let stylize = Limner.helpMessage(for: StylizeCommand.self, columns: 1000)
        #expect(stylize.contains("--tv-weight <0…1000000000>") && !stylize.contains("--person"))
        #expect(Limner.helpMessage(for: FindFaces.self, columns: 1000).contains("--detection-score <0.05…1>"))
    }

    @Test func anUnknownFlagIsToldTheNearest() {
        #expect {
            try submission(["a.jpg", "--as", "stylize", "--tv-wieght", "3"])
        } throws: { error in
            Limner.fullMessage(for: error).contains("--tv-weight")
        }
    }

    @Test(arguments: [
        ("stats", "status"), ("gallery lst", "list"), ("models verfy --json", "verify"), ("frobnicate", nil),
        ("status x", nil), ("--jsn", nil),
    ])
    func aMistypedCommandIsToldTheNearest(line: String, nearest: String?) {
        let words = line.split(separator: " ").map(String.init)
        #expect(throws: (any Error).self) { try Limner.parseAsRoot(words) }
        #expect(Limner.mistyped(words)?.nearest == nearest)
    }

    @Test(arguments: [
        ("a/./b", "/a/b"), ("../x", "/x"), ("/a//b/../c", "/a/c"), ("/..", "/"), ("/", "/"),
    ])
    func pathsAreResolvedAsText(path: String, end: String) throws {
        let file = try #require(FileArgument(argument: path))
        let absolute = String(decoding: file.absolute, as: UTF8.self)
        #expect(path.hasPrefix("/") ? absolute == end : absolute.hasSuffix(end))
        #expect(absolute.hasPrefix("/"))
    }

    /// What is attached to an option, and what has a weight behind it, has the bytes that the shell gave.
    @Test func aNameNeedNotBeUTF8WhereverItStands() throws {
        let bad: [UInt8] = Array("bad".utf8) + [0xFF] + Array(".png".utf8)
        let text = String(decoding: bad, as: UTF8.self)
        for form in [bad, Array("-o=".utf8) + bad, Array("--style=".utf8) + bad + Array("=2".utf8)] {
            #expect(FileArgument(text, among: [Array("limner".utf8), form])?.bytes == bad)
        }
        #expect(FileArgument(text, among: [bad, Array("bad".utf8) + [0xFE] + Array(".png".utf8)]) == nil)
        let file = try #require(FileArgument(text, among: [bad]))
        #expect { try GivenPath(output: file) } throws: { "\($0)".contains("cannot be written: its name is not UTF-8") }
        #expect { try GivenPath(file) } throws: { "\($0)".contains("cannot be read: its name is not UTF-8") }
    }

    /// A style is learned as a manifest says it, and what does not go with it is refused.
    @Test func whatIsLearnedDecidesWhichOptionsThereAre() throws {
        func refusal(_ words: [String]) throws -> String {
            let name = words.contains("--name") ? [] : ["--name", "n"]
            let command = try submission(["a.jpg", "--as", "learn"] + name + words)
            do throws(CommandError) {
                _ = try command.options.task(.learn)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(try refusal(["--strokes", "2"]).contains("\"strokes\" goes with the subject \"style\""))
        #expect(try refusal(["--subject", "style", "--resolution", "20"]).contains("goes with the subject \"faces\""))
        #expect(try refusal(["--subject", "style", "--strokes", "2"]) == "")
        #expect(try refusal(["--subject", "style", "--name", "a=b"]) != "")
        let style = try submission(["a.jpg", "--as", "learn", "--name", "n", "--subject", "style", "--strokes", "2"])
        let wanted = JobTask(.learn) { ($0.name, $0.subject, $0.strokes) = ("n", .style, 2) }
        #expect(try style.options.task(.learn) == wanted)
        let learn = try #require(
            try Limner.parseAsRoot(["learn", "style", "a.jpg", "--name", "n", "--strokes", "2"]) as? LearnStyle)
        #expect(try learn.options.task(.learn) == wanted)
        #expect(throws: (any Error).self) { try submission(["a.jpg", "b.jpg", "--as", "learn", "--name", "n"]) }
    }

    @Test func foldersAndFIFOsAreNoPictures() throws {
        let path = NSTemporaryDirectory() + "limner-fifo-\(UInt64.random(in: 0 ... .max))"
        #expect(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        for path in [path, NSTemporaryDirectory(), path + ".none"] {
            let file = try #require(FileArgument(argument: path))
            #expect(throws: CommandError.self, "\(path)") { try file.read() }
            #expect(throws: CommandError.self, "\(path)") { try file.requireFile() }
        }
    }
}
