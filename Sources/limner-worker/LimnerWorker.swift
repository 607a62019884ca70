import ArgumentParser
import Foundation
import Glibc
import Nets
import Wire

/// One worker process: it reads requests from standard input, does one at a time, and answers on standard output until
/// its input ends. Models stay loaded between requests. It is started by `limnerd` and `limner`, never by hand.
@main
struct LimnerWorker: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limner-worker", abstract: "Serves limnerd and limner over pipes; not for use by hand.",
        version: LimnerVersion.text)

    @OptionGroup var flags: WorkerFlags

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        let channel = try FrameChannel.standard()
        let studio = try Studio(flags: flags)
        try limitResources()
        try channel.send(
            .ready(
                WorkerFacts(
                    version: LimnerVersion.text, pid: getpid(), threads: flags.threads,
                    openblasCore: OpenBLAS.core)))
        while let request = try channel.receive() {
            try Desk(studio: studio, token: request.token, send: channel.send).serve(request)
        }
    }

    /// A limit on memory turns a picture that is too much for the machine into the end of this process alone; it counts
    /// from what the process holds when it is ready. No core dump may leave pictures on the disk.
    private func limitResources() throws {
        try limit(__rlimit_resource_t(RLIMIT_CORE.rawValue), to: 0)
        if flags.memoryLimit > 0 {
            OpenBLAS.reserveBuffers(threads: flags.threads)
            let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).prefix { $0 != " " }
            let held = (UInt(pages) ?? 0) * UInt(sysconf(Int32(_SC_PAGESIZE)))
            try limit(__rlimit_resource_t(RLIMIT_AS.rawValue), to: held + UInt(flags.memoryLimit) << 20)
        }
    }

    private func limit(_ resource: __rlimit_resource_t, to bytes: UInt) throws {
        var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
        guard setrlimit(resource, &limit) == 0 else { throw POSIXError.current }
    }
}
