# What `cmake --install` gives besides the libraries: the public headers, the CMake package
# (find_package(troupe)) and troupe.pc.

include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/troupe")

file(GLOB public_headers "${TROUPE_INCLUDE_ROOT}/troupe/*.hpp")
install(FILES ${public_headers} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/troupe")

install(EXPORT troupe NAMESPACE troupe:: DESTINATION "${package_dir}" FILE troupeTargets.cmake)
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/troupeConfig.cmake.in"
  "${CMAKE_CURRENT_BINARY_DIR}/troupeConfig.cmake" INSTALL_DESTINATION "${package_dir}"
  NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may break; from then on, a major one.
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/troupeConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${CMAKE_CURRENT_BINARY_DIR}/troupeConfig.cmake"
  "${CMAKE_CURRENT_BINARY_DIR}/troupeConfigVersion.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/FindCAF.cmake"
  DESTINATION "${package_dir}")

# From where the file lies to the rest, so that the installed tree can be moved.
file(RELATIVE_PATH includedir "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/${CMAKE_INSTALL_INCLUDEDIR}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/troupe.pc.in" "${CMAKE_CURRENT_BINARY_DIR}/troupe.pc" @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/troupe.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
