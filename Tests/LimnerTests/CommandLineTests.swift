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
            "submit a.jpg b.jpg --as enroll --person ada --wait", "cancel \(job)", "retry \(job) --wait", "pause",
            "resume",
            "why x.jpg", "doctor --json", "replay quarantine/x -o out --json", "config --local --explain --json",
            "version",
            "stylize a.jpg --style b.jpg -o c.png --trace t.csv",
            "compare a b --threshold 0.4", "faces a b --templates --json", "models", "models verify",
            "models import m.onnx",
            "gallery", "gallery show ada", "gallery rename ada bea", "gallery remove ada", "gallery export g.json",
            "gallery import g.json",
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
        "torture --scenario peace", "torture --kills 0", "torture --budget soon",
    ])
    func mistakesAreUsageErrors(line: String) {
        #expect {
            try Limner.parseAsRoot(line.split(separator: " ").map(String.init))
        } throws: { error in
            Limner.exitCode(for: error).rawValue == CommandStatus.usage.rawValue
        }
    }

    @Test func paintingOptionsBecomeATask() throws {
        let command = try submission([
            "a.jpg", "--as", "stylize", "--style", "wave", "--size", "640", "--style-layer", "relu1_1=0.5",
            "--style-layer",
            "relu2_1", "--keep-colors", "--seed", "18446744073709551615", "--optimizer", "lbfgs",
        ])
        let task = try command.painting.task(styles: [StyleChoice(source: .name("wave"))], format: .png)
        #expect(task.size == 640)
        #expect(task.styleLayers == ["relu1_1": 0.5, "relu2_1": 1])
        #expect(task.seed == .max)
        #expect(task.optimizer == .lbfgs)
        #expect(task.preserveColors == true)
        #expect(task.format == .png)
        #expect(task.iterations == nil)
        #expect(throws: Never.self) { try JobTask.stylize(task).checkRanges() }
    }

    @Test func rangesAreThoseOfAManifest() throws {
        var task = Stylization(styles: [StyleChoice(source: .name("wave"))])
        task.size = 63
        task.quality = 101
        #expect {
            try JobTask.stylize(task).checkRanges()
        } throws: { error in
            guard case CommandError.usage(let sentence) = error else { return false }
            return sentence.contains("options.size") && sentence.contains("options.quality")
        }
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
