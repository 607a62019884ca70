import Foundation
import Glibc
import Wire

/// Every way in which programs write files into a folder. None may be taken while it is half there; one that its writer left
/// half there for good is a truncated picture.
struct WriterScenario {
    private let stage: Stage

    /// How long a writer pauses in the middle.
    private static let pause = Duration.seconds(4)
    private static let copies = 5

    init(_ stage: Stage) throws { self.stage = stage }

    func run() async throws -> Outcome {
        var outcome = Outcome()
        outcome += try await whole()
        outcome += try await reopened()
        outcome += try await truncated()
        return outcome
    }

    // MARK: Writers that keep the file open, and programs

    private func whole() async throws -> Outcome {
        let daemon = try stage.daemon("root", ["LIMNER_INTAKE_STABILITY": "500ms"])
        return try await daemon.live { _ in
            var outcome = Outcome()
            var numbers = stage.generator()
            let scene = Scene(daemon: daemon)
            try Tree.makeFolder(scene.aside)
            let hasRsync = await Command.exists("rsync")
            for copy in 0..<Self.copies {
                let noise = 1_000 + Int(numbers.next() % 400_000)
                func picture() -> [UInt8] { Rehearsal().picture(noise: noise, &numbers) }
                let contents = (0..<6).map { _ in picture() }
                try await scene.copy("cp-\(copy).jpg", contents[0], by: "cp")
                if hasRsync { try await scene.copy("rsync-\(copy).jpg", contents[1], by: "rsync") }
                try await scene.replace("mv-\(copy).jpg", contents[2], contents[3])
                try scene.map("mmap-\(copy).jpg", contents[4])
                try await scene.die("killed-\(copy).jpg", contents[5])
            }
            if !hasRsync { outcome.tell("rsync", "not installed") }
            let held = (0..<Self.copies).map { _ in Rehearsal().picture(noise: 50_000, &numbers) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (copy, bytes) in held.enumerated() {
                    group.addTask { try await scene.hold("paused-\(copy).jpg", bytes, for: Self.pause) }
                }
                try await group.waitForAll()
            }
            try await daemon.settle()
            try await outcome.judge(daemon)
            return outcome
        }
    }

    // MARK: Writers that close the file and open it again

    /// Nothing tells that a closed file is to be opened again: the stability delay must be longer than the pause.
    private func reopened() async throws -> Outcome {
        let daemon = try stage.daemon("appended", ["LIMNER_INTAKE_STABILITY": "5s"])
        return try await daemon.live { _ in
            var outcome = Outcome()
            var numbers = stage.generator(1)
            let path = daemon.folders.inbox(of: .identify) + "/scan.jpg"
            let bytes = Rehearsal().picture(noise: 9_000, &numbers)
            try Dropper.write(Array(bytes.prefix(4_000)), to: path, O_CREAT | O_EXCL)
            try await Task.sleep(for: Self.pause)
            try Dropper.write(Array(bytes.dropFirst(4_000)), to: path, O_APPEND)
            try daemon.witness.enter(bytes, "identify/scan.jpg")
            try await daemon.settle(atLeast: 1)
            try await outcome.judge(daemon)
            return outcome
        }
    }

    // MARK: Pictures that are cut short

    private func truncated() async throws -> Outcome {
        let daemon = try stage.daemon("real", worker: .real)
        return try await daemon.live { _ in
            var outcome = Outcome()
            var numbers = stage.generator(2)
            let whole = DrawnPicture.png(side: 96, &numbers)
            let path = daemon.folders.inbox(of: .enroll) + "/somebody/"
            try Tree.makeFolder(path)
            try Dropper.write(whole, to: path + "whole.png", O_CREAT | O_EXCL)
            try daemon.witness.enter(whole, "whole.png", fate: .quarantined(.noFace))
            // Without its end mark all pixels are there.
            let endless = Array(whole.dropLast(10))
            try Dropper.write(endless, to: path + "endless.png", O_CREAT | O_EXCL)
            try daemon.witness.enter(endless, "endless.png", fate: .quarantined(.noFace))
            for part in [whole.count / 4, whole.count / 2, whole.count - 40] {
                let bytes = Array(whole.prefix(part))
                try Dropper.write(bytes, to: path + "cut-\(part).png", O_CREAT | O_EXCL)
                try daemon.witness.enter(bytes, "cut-\(part).png", fate: .quarantined(.pictureTruncated))
            }
            try await daemon.settle(atLeast: 5)
            try await outcome.judge(daemon)
            return outcome
        }
    }
}

/// An inbox, and writers of each kind.
private struct Scene: Sendable {
    let daemon: PrivateDaemon

    var aside: String { daemon.folders.root + "/.aside" }

    private func target(_ name: String) -> String { daemon.folders.inbox(of: .identify) + "/" + name }

    func copy(_ name: String, _ bytes: [UInt8], by program: String) async throws {
        try Dropper.write(bytes, to: aside + "/" + name, O_CREAT | O_EXCL)
        try await Command.run(program, aside + "/" + name, target(name))
        try daemon.witness.enter(bytes, "identify/" + name)
    }

    /// A name is used again at once: the first content may be replaced before it was seen.
    func replace(_ name: String, _ first: [UInt8], _ second: [UInt8]) async throws {
        for (bytes, fate) in [(first, Witness.Fate.open), (second, .done)] {
            try Dropper.write(bytes, to: aside + "/" + name, O_CREAT | O_EXCL)
            try await Command.run("mv", aside + "/" + name, target(name))
            try daemon.witness.enter(bytes, "identify/" + name, fate: fate)
        }
    }

    /// Through memory, which causes no event of writing.
    func map(_ name: String, _ bytes: [UInt8]) throws {
        let path = target(name)
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0, ftruncate(descriptor, bytes.count) == 0 else {
            throw TortureError.call("ftruncate", path: path, errno: errno)
        }
        defer { close(descriptor) }
        guard let memory = mmap(nil, bytes.count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            memory != MAP_FAILED
        else { throw TortureError.call("mmap", path: path, errno: errno) }
        memory.copyMemory(from: bytes, byteCount: bytes.count / 2)
        usleep(700_000)
        (memory + bytes.count / 2).copyMemory(
            from: Array(bytes.dropFirst(bytes.count / 2)), byteCount: bytes.count - bytes.count / 2)
        guard msync(memory, bytes.count, MS_SYNC) == 0, munmap(memory, bytes.count) == 0 else {
            throw TortureError.call("msync", path: path, errno: errno)
        }
        try daemon.witness.enter(bytes, "identify/" + name)
    }

    /// A writer that is killed half-way: what it wrote is all there will ever be.
    func die(_ name: String, _ bytes: [UInt8]) async throws {
        let part = Array(bytes.prefix(bytes.count / 2))
        try Dropper.write(bytes, to: aside + "/" + name, O_CREAT | O_EXCL)
        let script = #"{ head -c "$3" "$1"; kill -9 $$; } > "$2""#
        do {
            try await Command.run("bash", "-c", script, "bash", aside + "/" + name, target(name), "\(part.count)")
        } catch TortureError.command {}
        try daemon.witness.enter(part, "identify/" + name, fate: .quarantined(.pictureTruncated))
    }

    /// Writes half, keeps the file open, writes the rest.
    func hold(_ name: String, _ bytes: [UInt8], for pause: Duration) async throws {
        let path = target(name)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw TortureError.call("open", path: path, errno: errno) }
        defer { close(descriptor) }
        let half = bytes.count / 2
        guard write(descriptor, bytes, half) == half else { throw TortureError.call("write", path: path, errno: errno) }
        try await Task.sleep(for: pause)
        let rest = Array(bytes.dropFirst(half))
        guard write(descriptor, rest, rest.count) == rest.count, fsync(descriptor) == 0 else {
            throw TortureError.call("write", path: path, errno: errno)
        }
        try daemon.witness.enter(bytes, "identify/" + name)
    }
}
