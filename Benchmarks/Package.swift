// swift-tools-version: 6.2
import PackageDescription

// The engine's own sources, so that benchmarks see what only the package may see.
#if arch(x86_64)
    let avx2: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=x86-64-v3"])]
    let avx512: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=x86-64-v4"])]
#else
    let avx2: [SwiftSetting] = []
    let avx512: [SwiftSetting] = []
#endif

let package = Package(
    name: "limner-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .target(name: "NetsKernels"),
        .target(name: "NetsKernelsAVX2", swiftSettings: avx2),
        .target(name: "NetsKernelsAVX512", swiftSettings: avx512),
        .target(
            name: "Nets", dependencies: ["COpenBLAS", "NetsKernels", "NetsKernelsAVX2", "NetsKernelsAVX512"],
            exclude: ["README.md", "OPERATORS.md"]),
        .target(
            name: "ModelFiles",
            dependencies: [
                "Nets",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            exclude: ["README.md", "ONNX/onnx.proto"]),
        .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
        .target(name: "CPNG", linkerSettings: [.linkedLibrary("png16"), .linkedLibrary("z")]),
        .target(name: "Pictures", dependencies: ["CJPEG", "CPNG"], exclude: ["README.md"]),
        .target(
            name: "Faces",
            dependencies: ["Nets", "ModelFiles", "Pictures", .product(name: "GRDB", package: "GRDB.swift")],
            exclude: ["README.md"]),
        .executableTarget(
            name: "limner-bench",
            dependencies: [
                "Nets", "ModelFiles", "Pictures", "Faces",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
    ]
)
