import ArgumentParser
import CLinux
import Faces
import Films
import Foundation
import Glibc
import ModelFiles
import Nets
import Wire

/// One worker process: it reads requests from standard input, does one at a time on its main thread, and answers on
/// standard output. It ends with its input, whatever it is doing. Models stay loaded between requests. It is started by
/// `limnerd` and `limner`, never by hand.
@main
struct LimnerWorker: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limner-worker", abstract: "Serves limnerd and limner over pipes; not for use by hand.",
        version: LimnerVersion.text)

    @OptionGroup var flags: WorkerFlags

    func run() throws {
        // Nobody outlives whoever asked. One that has gone already is found by the end of the input.
        limner_die_with_parent()
        limner_share_arenas()
        hearSignals()
        OpenBLAS.chooseKernels()
        let channel = try FrameChannel.standard()
        let store = ModelStore(folder: flags.models)
        let ffmpeg = FFmpeg(along: ProcessInfo.processInfo.environment["PATH"] ?? "")
        let confinement = confine(store, ffmpeg)
        let studio = Studio(flags: flags, store: store, ffmpeg: ffmpeg)
        try limitResources()
        let reception = Reception(channel)
        let heartbeat = Heartbeat(channel)
        channel.send(
            .ready(
                WorkerFacts(
                    version: LimnerVersion.text, pid: getpid(), threads: flags.threads,
                    openblasCore: OpenBLAS.core, betterCore: OpenBLAS.betterCore, confinement: confinement)))
        while true {
            let request = reception.next()
            let desk = Desk(studio: studio, token: request.token, reception: reception, send: channel.send)
            heartbeat.during(request.token) { desk.serve(request) }
        }
    }

    /// Whatever started this process may have blocked or ignored the signal that is to end it; a broken pipe is a failed write.
    private func hearSignals() {
        var none = sigset_t()
        sigemptyset(&none)
        signal(SIGTERM, SIG_DFL)
        // A terminal sends Ctrl-C to the whole command; whoever started this process ends it.
        signal(SIGINT, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        pthread_sigmask(SIG_SETMASK, &none, nil)
    }

    /// What has to be made is made first: afterwards it can write nothing of the models, and of the folder that the gallery
    /// shares with the queue it can read only the gallery's own two files.
    private func confine(_ store: ModelStore, _ ffmpeg: FFmpeg?) -> WorkerConfinement {
        store.convertFetched()
        let reads =
            [flags.models, flags.styles, flags.gallery, flags.gallery + "-journal"]
            + (flags.galleryKey.map { [$0] } ?? []) + flags.reads
        let programs = ffmpeg.map { Array($0.paths.values) } ?? []
        return Confinement(reads: reads, writes: flags.writes, programs: programs).begin()
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
