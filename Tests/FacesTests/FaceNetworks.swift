import ModelFiles
import Nets

@testable import Faces

/// The real networks, from the model store. When a model is missing the test fails with an error that names
/// `deploy/fetch-models`.
struct FaceNetworks {
    let store = ModelStore()
    let threads = ThreadPool(threads: 2)

    func detector() throws -> FaceDetector { try FaceDetector(model: store.graph(.yunet), threads: threads) }

    func embedder() throws -> FaceEmbedder { try FaceEmbedder(model: store.graph(.sface), threads: threads) }

    func reader() throws -> FaceReader { try FaceReader(detector: detector(), embedder: embedder()) }
}
