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
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .target(name: "Parsing", exclude: ["README.md"]),
        .target(name: "NetsKernels"),
        .target(name: "NetsKernelsAVX2", swiftSettings: avx2),
        .target(name: "NetsKernelsAVX512", swiftSettings: avx512),
        .target(
            name: "Nets", dependencies: ["COpenBLAS", "NetsKernels", "NetsKernelsAVX2", "NetsKernelsAVX512"],
            exclude: ["README.md", "OPERATORS.md"]),
        .target(
            name: "ModelFiles",
            dependencies: [
                "Nets", "Parsing", "Wire",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            exclude: ["README.md", "ONNX/onnx.proto"]),
        .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
        .target(name: "CPNG", linkerSettings: [.linkedLibrary("png16"), .linkedLibrary("z")]),
        .target(name: "CHEIF", linkerSettings: [.linkedLibrary("heif")]),
        .target(name: "CLCMS", linkerSettings: [.linkedLibrary("lcms2")]),
        .target(name: "CTIFF", linkerSettings: [.linkedLibrary("tiff")]),
        .target(name: "CWebP", linkerSettings: [.linkedLibrary("webp"), .linkedLibrary("webpdemux")]),
        .target(
            name: "Pictures", dependencies: ["CHEIF", "CJPEG", "CLCMS", "CPNG", "CTIFF", "CWebP", "Parsing"],
            exclude: ["README.md"]),
        .target(
            name: "Faces",
            dependencies: ["Gallery", "Nets", "ModelFiles", "Parsing", "Pictures", "Wire"],
            exclude: ["README.md"]),
        .executableTarget(
            name: "limner-bench",
            dependencies: [
                "COpenBLAS", "Nets", "ModelFiles", "Pictures", "Faces", "Gallery", "Wire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        .target(
            name: "Gallery",
            dependencies: [
                "Parsing", "Wire", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["README.md"]),

        // Films'.
        .target(name: "CLinux"),
        .target(
            name: "Styles", dependencies: ["Nets", "ModelFiles", "Parsing", "Pictures", "Wire"], exclude: ["README.md"]),
        .target(
            name: "Films", dependencies: ["CLinux", "Nets", "Parsing", "Pictures", "Styles", "Wire"],
            exclude: ["README.md"]),
        .executableTarget(name: "flow-measure", dependencies: ["Films", "Nets", "Pictures"]),

        // The spool's.
        .target(name: "CInotifyTools", linkerSettings: [.linkedLibrary("inotifytools")]),
        .target(
            name: "Wire", dependencies: ["Parsing", .product(name: "Yams", package: "Yams")],
            exclude: ["README.md", "Schemas/manifest.schema.json"],
            resources: [.embedInCode("Schemas/report.schema.json"), .embedInCode("Schemas/retrospect.schema.json")]),
        .target(
            name: "Spool",
            dependencies: [
                "Gallery", "Parsing", "Wire", "CInotifyTools", "CLinux",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            exclude: ["README.md"]),
        .executableTarget(
            name: "spool-bench",
            dependencies: [
                "Spool", "Wire", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
    ]
)
