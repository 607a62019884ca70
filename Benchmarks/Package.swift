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
    dependencies: [.package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")],
    targets: [
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .target(name: "NetsKernels"),
        .target(name: "NetsKernelsAVX2", swiftSettings: avx2),
        .target(name: "NetsKernelsAVX512", swiftSettings: avx512),
        .target(
            name: "Nets", dependencies: ["COpenBLAS", "NetsKernels", "NetsKernelsAVX2", "NetsKernelsAVX512"],
            exclude: ["README.md", "OPERATORS.md"]),
        .executableTarget(
            name: "limner-bench",
            dependencies: ["Nets", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
    ]
)
