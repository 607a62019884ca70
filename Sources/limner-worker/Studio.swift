import Faces
import Films
import Gallery
import ModelFiles
import Nets
import Parsing
import Pictures
import Styles
import Wire

/// What a worker keeps between requests: the threads, the model store, the gallery, and whatever networks were needed so
/// far. Each is made when the first request asks for it.
final class Studio {
    let flags: WorkerFlags
    let store: ModelStore
    let threads: ThreadPool
    /// Nil where it is not installed.
    let ffmpeg: FFmpeg?
    /// Only ever read here; the daemon writes it.
    let gallery: Gallery
    private var madeFaceReader: FaceReader?
    /// What was read for a plan, for the job that follows it.
    private var inputs: (token: WorkerToken, files: [JobInput])?
    private(set) lazy var stylizer = Stylizer(store: store, threads: threads)

    init(flags: WorkerFlags, store: ModelStore, ffmpeg: FFmpeg?) {
        self.flags = flags
        self.store = store
        self.ffmpeg = ffmpeg
        gallery = Gallery(
            path: flags.gallery, access: .reading, keyFile: flags.galleryKey,
            models: RecognitionStore(folder: { flags.models }, embedder: { flags.faceEmbedder.text }))
        threads = ThreadPool(threads: flags.threads)
    }

    /// The detectors and the embedder.
    ///
    /// - Throws: `ModelFileError`, `FaceError.modelUnfit`.
    func faceReader() throws -> FaceReader {
        if let madeFaceReader { return madeFaceReader }
        let reader = FaceReader(
            detector: try FaceDetector(model: store.graph(.yunet), threads: threads),
            centerFace: try CenterFace(model: store.graph(.centerface), threads: threads),
            embedder: try FaceEmbedder(model: store.graph(flags.faceEmbedder), threads: threads))
        madeFaceReader = reader
        return reader
    }

    /// What is learned of: the embedder in use, or the built-in one where that was learned itself.
    var learningBase: ModelIdentifier {
        if case .learned = flags.faceEmbedder { .sface } else { flags.faceEmbedder }
    }

    /// The built-in embedder, whichever is in use.
    func sface() throws -> FaceEmbedder { try FaceEmbedder(model: store.graph(.sface), threads: threads) }

    /// The facts of the face networks, for reports.
    func faceModels() throws -> [ModelFacts] {
        try [ModelIdentifier.yunet, .centerface, flags.faceEmbedder].map { ModelFacts(try store.facts($0)) }
    }

    /// The files of a job, read once for its plan and its run.
    ///
    /// - Throws: `PictureError`; ``ReportError`` of what might have been a film, and of a film that should be a picture.
    func inputs(of job: WorkerJob) throws -> [JobInput] {
        // A frame of a film may be its style, too.
        let named = Set(job.task.pictures.map(\.path))
        let pictures = job.inputs.filter {
            $0.isPicture && (named.contains($0.name) || !FilmInput.isFilm($0, of: job))
        }
        if let inputs, inputs.token == job.token, inputs.files.map(\.source) == pictures { return inputs.files }
        inputs = nil
        let files = try pictures.map { picture in
            if named.contains(picture.name), FilmInput.isVideo(picture.path) {
                throw ReportError(
                    code: .pictureNotAPicture,
                    message: "\(picture.name) is a film, and the options name it as a picture.",
                    hint: "Styles, masks and segments are pictures: \(PictureFormat.list).")
            }
            do {
                return try JobInput(picture, limits: job.limits)
            } catch let error as PictureError where job.task.kind == .stylize && picture.role == .picture {
                throw error.ofFilms
            }
        }
        inputs = (job.token, files)
        return files
    }

    func forgetInputs() { inputs = nil }

    var library: StyleLibrary { StyleLibrary(folder: flags.styles) }
}
