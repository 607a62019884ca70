import Foundation
import Glibc
import Testing
import Wire

extension EndToEnd {
    /// What is told to a user who may not look into the studio, or whose models are closed.
    @Suite struct RightsTests {
        /// Runs `limner` as a user without rights: as root, as nobody.
        private func limner(_ arguments: [String], models: String = Assets.models) throws -> Programs.Answer {
            let stranger = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            return try Programs.run(
                URL(fileURLWithPath: "/usr/bin/env"),
                ["--chdir", "/"] + (geteuid() == 0 ? stranger : []) + [Programs.limner.path] + arguments,
                environment: ["LIMNER_MODELS": models])
        }

        private let denied = "permission denied"

        /// A studio with somebody in it, closed to everybody else.
        private func studio() throws -> Scratch {
            let scratch = try Scratch()
            for name in ["state", "styles"] {
                try FileManager.default.createDirectory(
                    atPath: "\(scratch.path)/\(name)", withIntermediateDirectories: true)
            }
            try scratch.write("state/queue.sqlite", [])
            try scratch.write("state/gallery.sqlite", [1])
            return scratch
        }

        @Test(arguments: [["gallery", "list"], ["status"], ["list"], ["why", "a.jpg"], ["pause"], ["doctor"]])
        func aClosedStudioIsNotAnEmptyOne(command: [String]) throws {
            let studio = try studio()
            chmod(studio.path, 0)
            defer { chmod(studio.path, 0o700) }
            let answer = try limner(command + ["--root", studio.path])
            #expect(answer.code == 69 && answer.output.isEmpty, "\(answer)")
            for words in [studio.path, denied, "sudo adduser", "log in anew"] {
                #expect(answer.error.contains(words), "\(answer.error)")
            }
        }

        @Test func theBuiltInStylesAreThereAllTheSame() throws {
            let studio = try studio()
            chmod(studio.path, 0)
            defer { chmod(studio.path, 0o700) }
            let answer = try limner(["styles", "list", "--root", studio.path])
            #expect(answer.code == 0 && answer.output.contains("ember-red"), "\(answer)")
            #expect(answer.error.contains("\(studio.path)/styles: \(denied)"), "\(answer.error)")
        }

        /// The gallery is its owner's alone, whoever may look into the studio.
        @Test func aGalleryThatMayNotBeReadIsNotToBeMovedAway() throws {
            let studio = try studio()
            for path in ["", "/state"] { chmod(studio.path + path, 0o755) }
            chmod("\(studio.path)/state/gallery.sqlite", 0)
            let answer = try limner(["gallery", "list", "--root", studio.path])
            #expect(answer.code == 1 && answer.error.contains("gallery-unusable"), "\(answer)")
            #expect(answer.error.contains("state/gallery.sqlite") && answer.error.contains(denied))
            #expect(!answer.error.contains("move it away"))
        }

        @Test(arguments: [["gallery", "list"], ["status"], ["why", "a.jpg"]])
        func aRootThatIsNotThereIsNamed(command: [String]) throws {
            let answer = try limner(command + ["--root", "/nonexistent/limner"])
            #expect(answer.error.contains("there is no folder /nonexistent/limner"), "\(answer)")
            #expect(answer.code == 69)
        }

        @Test func modelsThatMayNotBeReadAreNeitherCorruptNorMissing() throws {
            let scratch = try Scratch()
            chmod(scratch.path, 0o755)
            let store = "\(scratch.path)/models"
            try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: true)
            let name = "sface-2021dec.safetensors"
            try FileManager.default.copyItem(atPath: "\(Assets.models)/\(name)", toPath: "\(store)/\(name)")
            let path = "\(store)/\(name)"
            for (closed, mode) in [(path, 0o644), (store, 0o755)] {
                chmod(closed, 0)
                defer { chmod(closed, mode_t(mode)) }
                let answer = try limner(["models", "verify"], models: store)
                #expect(answer.code == 1 && answer.output.contains("sface-2021dec  unreadable"), "\(answer)")
                #expect(answer.output.contains("may not be read: \(denied)") && answer.output.contains("chmod"))
                #expect(!answer.output.contains("corrupt"))
            }
        }
    }
}
