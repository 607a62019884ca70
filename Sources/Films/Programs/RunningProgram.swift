import CLinux
import Foundation
import Glibc
import Wire

/// A program at work on a film: its output is read here as it comes, its input written. It has bounded memory, and it is killed
/// when it is let go of, or does nothing for too long. Not `Sendable`.
final class RunningProgram {
    /// Bytes of address space: high for a decoder of 8K, and far from what a bomb wants.
    private static let memory: UInt64 = 4 << 30
    /// Processor time in nanoseconds below which nothing was computed.
    private static let least: Int64 = 10_000_000
    /// Between two looks at whether the work was cancelled, in milliseconds.
    private static let glance: Int32 = 200
    /// Bytes that it may say; what comes after them is lost.
    private static let mostWords = 1 << 16
    /// Signals that come from others.
    private static let others: Set<Int32> = [SIGKILL, SIGTERM, SIGINT, SIGHUP]
    /// With which a process ends that could not become the program.
    private static let notRun: Int32 = 127
    /// Characters of that which an error quotes.
    private static let quoted = 600

    private let program: FFmpeg.Program
    private let film: String
    /// As it was told of them, and will speak of them.
    private let files: [String]
    /// How long it may neither give nor take a byte, nor compute.
    private let patience: Duration
    private let isCancelled: () -> Bool
    private let process: pid_t
    private let output: FileHandle
    private var input: FileHandle?
    private let words: FileHandle
    private var status: Int32?
    /// Ends with this one, which reads what it gives.
    private let feeder: RunningProgram?

    /// What a program reads.
    enum Input {
        case nothing
        /// What it is written.
        case written
        /// What another one gives.
        case output(of: RunningProgram)
    }

    init(
        _ number: Int32, _ program: FFmpeg.Program, _ arguments: [String], film: String, takes input: Input,
        largest: Int,
        patience: Duration, isCancelled: @escaping () -> Bool
    ) throws(FilmError) {
        self.program = program
        self.film = film
        files = arguments.filter { $0.hasPrefix("file:") }
        self.patience = patience
        self.isCancelled = isCancelled
        func fault(_ code: Int32) -> FilmError {
            .programStopped(
                film: film, program: program.rawValue, how: "it cannot be started: \(String(cString: strerror(code)))")
        }
        func pipe() throws(FilmError) -> (read: FileHandle, write: FileHandle) {
            var ends: [Int32] = [0, 0]
            // Only this thread starts programs, and those keep nothing that they are not given.
            guard Glibc.pipe(&ends) == 0 else { throw fault(errno) }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return (
                FileHandle(fileDescriptor: ends[0], closeOnDealloc: true),
                FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
            )
        }
        let memory = limner_memory_file("words", Int64(Self.mostWords))
        guard memory >= 0 else { throw fault(-memory) }
        words = FileHandle(fileDescriptor: memory, closeOnDealloc: true)
        let given = try pipe()
        let taken: (read: FileHandle, write: FileHandle?)
        switch input {
        case .nothing:
            let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard null >= 0 else { throw fault(errno) }
            taken = (FileHandle(fileDescriptor: null, closeOnDealloc: true), nil)
            feeder = nil
        case .written:
            let ends = try pipe()
            taken = (ends.read, ends.write)
            feeder = nil
        case .output(let other):
            taken = (other.output, nil)
            feeder = other
            Self.setBlocking(other.output, true)
        }
        var list: [UnsafeMutablePointer<CChar>?] = ([program.rawValue] + arguments).map { strdup($0) }
        list.append(nil)
        defer { for text in list { free(text) } }
        let descriptors = [taken.read.fileDescriptor, given.write.fileDescriptor, memory]
        let started = limner_program_run(number, list, descriptors, Self.memory, UInt64(largest))
        // Before there is anything to end.
        guard started > 0 else { throw fault(-started) }
        process = started
        output = given.read
        self.input = taken.write
        // Nobody waits for us; we wait for it.
        for end in [output, taken.write].compactMap(\.self) { Self.setBlocking(end, false) }
    }

    private static func setBlocking(_ end: FileHandle, _ isBlocking: Bool) {
        let flags = fcntl(end.fileDescriptor, F_GETFL)
        _ = fcntl(end.fileDescriptor, F_SETFL, isBlocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK)
    }

    deinit { end(by: SIGKILL) }

    private func end(by signal: Int32) {
        guard status == nil else { return }
        precondition(process > 0, "not a process: \(process)")
        kill(process, signal)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        self.status = status
    }

    /// Waits until a descriptor is ready.
    private func wait(for descriptor: Int32, _ events: Int32) throws(FilmError) {
        var (begun, before) = (ContinuousClock.now, work)
        while true {
            if isCancelled() { throw .cancelled }
            var poll = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            if Glibc.poll(&poll, 1, Self.glance) > 0 { return }
            if ContinuousClock.now - begun < patience { continue }
            let now = work
            guard now - before >= Self.least else {
                end(by: SIGKILL)
                throw stopped("it did nothing for \(patience.components.seconds) s")
            }
            (begun, before) = (.now, now)
        }
    }

    /// The processor time that it has taken so far, in nanoseconds.
    private var work: Int64 {
        var (clock, time) = (clockid_t(), timespec())
        guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Reads what comes.
    ///
    /// - Returns: 0 at the end.
    func read(into memory: UnsafeMutableRawBufferPointer) throws(FilmError) -> Int {
        guard memory.count > 0 else { return 0 }
        while true {
            let count = Glibc.read(output.fileDescriptor, memory.baseAddress, memory.count)
            if count >= 0 { return count }
            guard errno == EAGAIN || errno == EINTR else {
                throw .unreadable(film: film, reason: String(cString: strerror(errno)))
            }
            try wait(for: output.fileDescriptor, POLLIN)
        }
    }

    /// Reads to the end.
    ///
    /// - Throws: also ``FilmError/tooLong(film:frames:)`` for more than `limit` bytes.
    func text(limit: Int) throws(FilmError) -> String {
        var (all, piece) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
        while true {
            let count = try read(&piece)
            if count == 0 { return String(decoding: all, as: UTF8.self) }
            all += piece.prefix(count)
            guard all.count <= limit else { throw .tooLong(film: film, frames: FilmFacts.mostFrames) }
        }
    }

    private func read(_ piece: inout [UInt8]) throws(FilmError) -> Int {
        var result: Result<Int, FilmError> = .success(0)
        piece.withUnsafeMutableBytes { memory in
            result = Result { () throws(FilmError) in try read(into: memory) }
        }
        return try result.get()
    }

    /// Gives it more.
    func write(_ bytes: [UInt8]) throws(FilmError) {
        guard let input else { preconditionFailure("\(program) takes no input") }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(input.fileDescriptor, $0.baseAddress! + done, $0.count - done)
            }
            if count >= 0 {
                done += count
            } else if errno == EAGAIN {
                try wait(for: input.fileDescriptor, POLLOUT)
            } else if errno == EPIPE {
                // It has ended; its words say why.
                self.input = nil
                try finish()
                throw fault("it ended before it had the film")
            } else if errno != EINTR {
                throw .unreadable(film: film, reason: String(cString: strerror(errno)))
            }
        }
    }

    /// Waits for its end.
    ///
    /// - Returns: what it said on the way, if anything.
    /// - Throws: ``FilmError/programFailed(film:program:words:)`` where it gave up,
    ///   ``FilmError/programStopped(film:program:how:)`` where it was not let.
    @discardableResult
    func finish() throws(FilmError) -> String? {
        input = nil
        var piece = [UInt8](repeating: 0, count: 1 << 12)
        while try read(&piece) > 0 {}
        var found: Int32 = 0
        // It has nothing left to give or take.
        let latest = ContinuousClock.now + patience
        while status == nil {
            switch waitpid(process, &found, WNOHANG) {
            case 0:
                if isCancelled() { throw .cancelled }
                guard .now < latest else {
                    end(by: SIGKILL)
                    throw stopped("it did not end")
                }
                usleep(20_000)
            case process: status = found
            default: if errno != EINTR { status = 1 << 8 }
            }
        }
        let (code, signal) = (status! >> 8, status! & 0x7F)
        if signal != 0 {
            let how = "it was ended by signal \(signal), \(String(cString: strsignal(signal)))"
            // The kernel, which ends whoever has the memory, or an administrator: the film has no part in it. A program that
            // crashes over it would again.
            throw Self.others.contains(signal) ? stopped(how) : fault(how)
        }
        guard code == 0 else {
            let words = said
            if code == Self.notRun, words == nil { throw stopped("it cannot be started") }
            throw fault("it ended with status \(code)")
        }
        // ffmpeg takes an end that it could not write for none of its concern.
        if let said, FullDisk.isMeant(by: said) { throw fault(said) }
        return said
    }

    private func stopped(_ how: String) -> FilmError {
        .programStopped(film: film, program: program.rawValue, how: how)
    }

    private func fault(_ otherwise: String) -> FilmError {
        .programFailed(film: film, program: program.rawValue, words: said ?? otherwise)
    }

    /// The last lines that it said, as they may stand in a report: what it gave up for comes last.
    private var said: String? {
        try? words.seek(toOffset: 0)
        guard let data = try? words.read(upToCount: Self.mostWords), let end = data.lastIndex(where: { $0 != 0 }) else {
            return nil
        }
        // "[mov @ 0x55d0c0de]": which part of it speaks, and where that lies in memory.
        var lines: [String] = []
        for line in String(decoding: data[...end], as: UTF8.self).split(whereSeparator: \.isNewline) {
            // It counts what it repeats; once is enough.
            if line.wholeMatch(of: #/\s*Last message repeated \d+ times/#) != nil { continue }
            let plain = files.reduce(line.replacing(#/\[[^\]]* @ 0x[0-9a-f]+\] /#, with: "")) {
                $0.replacing($1, with: film)
            }.filter { !$0.isASCII || $0.asciiValue! >= 32 }
            if plain != lines.last { lines.append(plain) }
        }
        // Whoever repeats the words names the film.
        let words = lines.map { $0.hasPrefix("\(film): ") ? String($0.dropFirst(film.count + 2)) : $0 }
        return String(words.joined(separator: "; ").suffix(Self.quoted))
    }
}
