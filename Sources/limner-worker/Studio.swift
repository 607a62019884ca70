import Faces
import Gallery
import ModelFiles
import Nets
import Styles
import Wire

/// What a worker keeps between requests: the threads, the model store, the gallery, and whatever networks were needed so
/// far. Each is made when the first request asks for it.
final class Studio {
    let flags: WorkerFlags
    let store: ModelStore
    let threads: ThreadPool
    /// Only ever read here; the daemon writes it.
    let gallery: Gallery
    private var madeFaceReader: FaceReader?
    private(set) lazy var stylizer = Stylizer(store: store, threads: threads)

    init(flags: WorkerFlags) throws {
        self.flags = flags
        store = ModelStore(folder: flags.models)
        gallery = Gallery(path: flags.gallery, access: .reading)
        threads = ThreadPool(threads: flags.threads)
    }

    /// The detector and the embedder.
    ///
    /// - Throws: `ModelFileError`, `FaceError.modelUnfit`.
    func faceReader() throws -> FaceReader {
        if let madeFaceReader { return madeFaceReader }
        let reader = FaceReader(
            detector: try FaceDetector(model: store.graph(.yunet), threads: threads),
            embedder: try FaceEmbedder(model: store.graph(flags.faceEmbedder), threads: threads))
        madeFaceReader = reader
        return reader
    }

    /// The built-in embedder, whichever is in use.
    func sface() throws -> FaceEmbedder { try FaceEmbedder(model: store.graph(.sface), threads: threads) }

    /// The facts of both face networks, for reports.
    func faceModels() throws -> [Wire.ModelFacts] {
        try [ModelIdentifier.yunet, flags.faceEmbedder].map { Wire.ModelFacts(try store.facts($0)) }
    }

    var library: StyleLibrary { StyleLibrary(folder: flags.styles) }
}
