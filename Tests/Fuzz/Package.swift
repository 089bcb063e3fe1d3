// swift-tools-version: 6.2
// A package of its own: libFuzzer and AddressSanitizer are compiled into everything, which no other build wants.
import PackageDescription

let package = Package(
    name: "fuzz",
    products: [.executable(name: "FuzzLog", targets: ["FuzzLog"])],
    dependencies: [.package(name: "enrollment-engine", path: "../..")],
    targets: [
        .executableTarget(
            name: "FuzzLog", dependencies: [.product(name: "EventLog", package: "enrollment-engine")])
    ]
)
